// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";

/// @title SpendingLimit
/// @notice A purse that each child may spend from, up to a limit for each period of 7,200 blocks.
contract SpendingLimit is Owned {
    uint256 public constant PERIOD = 7_200;

    mapping(address child => uint256 amount) public limitOf;
    mapping(address child => mapping(uint256 period => uint256 amount)) public spentIn;

    event LimitChanged(address indexed child, uint256 limit);
    event Spent(address indexed child, uint256 amount);

    error OverLimit(uint256 limit, uint256 wanted);
    error PaymentFailed();

    receive() external payable {}

    function setLimit(address child, uint256 limit) external onlyOwner {
        limitOf[child] = limit;
        emit LimitChanged(child, limit);
    }

    function spend(uint256 amount) external {
        uint256 period = block.number / PERIOD;
        uint256 wanted = spentIn[msg.sender][period] + amount;
        uint256 limit = limitOf[msg.sender];
        if (wanted > limit) revert OverLimit(limit, wanted);
        spentIn[msg.sender][period] = wanted;
        emit Spent(msg.sender, amount);
        (bool isPaid, ) = msg.sender.call{value: amount}("");
        if (!isPaid) revert PaymentFailed();
    }
}
