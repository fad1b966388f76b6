// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Names, and who claimed them first.
contract Register {
    mapping(bytes32 => address) public holderOf;
    uint256 public count;
    /// Took its room from the gap.
    mapping(bytes32 => uint256) public claimedAt;
    uint256[47] private __gap;

    event Claimed(bytes32 indexed name, address indexed holder);
    event Released(bytes32 indexed name);

    function claim(bytes32 name) external {
        require(holderOf[name] == address(0), "claimed already");
        holderOf[name] = msg.sender;
        claimedAt[name] = block.number;
        count += 1;
        emit Claimed(name, msg.sender);
    }

    function giveUp(bytes32 name) external {
        require(holderOf[name] == msg.sender, "not yours");
        delete holderOf[name];
        count -= 1;
        emit Released(name);
    }

    function release() external pure returns (uint256) { return 2; }
}
