// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ring} from "./lib/Ring.sol";

/// @title RoundRobin
/// @notice Duty goes from member to member; who has had it goes to the end of the line.
contract RoundRobin {
    using Ring for Ring.Queue;

    Ring.Queue private _line;
    address public onDuty;

    event Joined(address indexed account);
    event DutyPassed(address indexed from, address indexed to);

    error NotOnDuty(address caller);

    constructor() {
        onDuty = msg.sender;
    }

    /// @notice Lines the caller up; once for each time it wants to serve.
    function join() external {
        _line.push(msg.sender);
        emit Joined(msg.sender);
    }

    function pass() external {
        if (msg.sender != onDuty) revert NotOnDuty(msg.sender);
        _line.push(msg.sender);
        address next = _line.pop();
        onDuty = next;
        emit DutyPassed(msg.sender, next);
    }
}
