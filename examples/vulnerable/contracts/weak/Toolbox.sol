// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Toolbox
/// @notice Weakness: runs any code as its own, so any caller can rewrite its storage.
contract Toolbox {
    uint256 public value;

    error ToolFailed();

    function run(address tool, bytes calldata input) external {
        (bool isDone, ) = tool.delegatecall(input);
        if (!isDone) revert ToolFailed();
    }
}
