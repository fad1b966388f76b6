// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";
import {Payments} from "./lib/Payments.sol";
import {Shares} from "./lib/Shares.sol";

/// @title ArbitratedEscrow
/// @notice The owner divides disputed money between two sides and keeps nothing.
contract ArbitratedEscrow is Owned, Payments {
    struct Case {
        address left;
        address right;
        uint256 amount;
    }

    Case[] public cases;

    event Filed(uint256 indexed number, address indexed left, address indexed right, uint256 amount);
    event Decided(uint256 indexed number, uint256 leftPoints);

    error AlreadyDecided(uint256 number);
    error TooManyPoints(uint256 points);

    function file(address right) external payable returns (uint256 number) {
        number = cases.length;
        cases.push(Case(msg.sender, right, msg.value));
        emit Filed(number, msg.sender, right, msg.value);
    }

    function decide(uint256 number, uint256 leftPoints) external onlyOwner {
        if (leftPoints > Shares.WHOLE) revert TooManyPoints(leftPoints);
        Case storage decided = cases[number];
        uint256 amount = decided.amount;
        if (amount == 0) revert AlreadyDecided(number);
        decided.amount = 0;
        uint256 left = Shares.part(amount, leftPoints);
        owedTo[decided.left] += left;
        owedTo[decided.right] += amount - left;
        emit Decided(number, leftPoints);
    }
}
