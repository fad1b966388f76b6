// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Names, and who claimed them first.
contract Register {
    mapping(bytes32 => address) public holderOf;
    uint256 public count;
    /// Room for what later releases add.
    uint256[48] private __gap;

    event Claimed(bytes32 indexed name, address indexed holder);

    function claim(bytes32 name) external {
        require(holderOf[name] == address(0), "claimed already");
        holderOf[name] = msg.sender;
        count += 1;
        emit Claimed(name, msg.sender);
    }

    function release() external pure returns (uint256) { return 1; }
}
