// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title EpochCounter
/// @notice Counts within epochs of 100 blocks; a new epoch starts at zero.
contract EpochCounter {
    uint256 public constant BLOCKS = 100;

    mapping(uint256 epoch => uint256 count) public countIn;

    event Counted(uint256 indexed epoch, uint256 count);

    function increment() external {
        uint256 now_ = epoch();
        uint256 count = ++countIn[now_];
        emit Counted(now_, count);
    }

    function epoch() public view returns (uint256) {
        return block.number / BLOCKS;
    }
}
