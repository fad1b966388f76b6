// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {AddTool} from "../lib/AddTool.sol";

/// @title ToolboxMended
/// @notice Runs the code of one tool, which it made itself and which cannot be changed.
contract ToolboxMended {
    uint256 public value;

    address public immutable tool;

    error ToolFailed();

    constructor() {
        tool = address(new AddTool());
    }

    function add(uint256 amount) external {
        (bool isDone, ) = tool.delegatecall(abi.encodeCall(AddTool.add, (amount)));
        if (!isDone) revert ToolFailed();
    }
}
