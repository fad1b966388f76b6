// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title AddTool
/// @notice Adds to the value of the contract that borrows its code; `value` must be in the first slot of both.
contract AddTool {
    uint256 public value;

    event Added(uint256 amount, uint256 value);

    function add(uint256 amount) external {
        value += amount;
        emit Added(amount, value);
    }
}
