// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title AccountCounter
/// @notice Counts the calls of each account and remembers who has made the most.
contract AccountCounter {
    mapping(address account => uint256 count) public countOf;
    address public leader;

    event Counted(address indexed account, uint256 count);
    event NewLeader(address indexed account);

    function increment() external {
        uint256 count = ++countOf[msg.sender];
        emit Counted(msg.sender, count);
        if (count > countOf[leader]) {
            leader = msg.sender;
            emit NewLeader(msg.sender);
        }
    }
}
