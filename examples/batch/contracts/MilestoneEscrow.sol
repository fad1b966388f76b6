// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Payments} from "./lib/Payments.sol";

/// @title MilestoneEscrow
/// @notice A client funds a piece of work in milestones and accepts them in order.
contract MilestoneEscrow is Payments {
    struct Job {
        address client;
        address worker;
        uint256[] parts;
        uint256 accepted;
    }

    Job[] private _jobs;

    event Started(uint256 indexed job, address indexed client, address indexed worker, uint256 total);
    event Accepted(uint256 indexed job, uint256 milestone, uint256 amount);

    error WrongAmount(uint256 sent, uint256 needed);
    error NotClient(address caller);
    error AllAccepted(uint256 job);

    function start(address worker, uint256[] calldata parts) external payable returns (uint256 job) {
        uint256 total = 0;
        for (uint256 i = 0; i < parts.length; i++) total += parts[i];
        if (total != msg.value) revert WrongAmount(msg.value, total);
        job = _jobs.length;
        _jobs.push(Job(msg.sender, worker, parts, 0));
        emit Started(job, msg.sender, worker, total);
    }

    function accept(uint256 job) external {
        Job storage accepted = _jobs[job];
        if (msg.sender != accepted.client) revert NotClient(msg.sender);
        uint256 milestone = accepted.accepted;
        if (milestone == accepted.parts.length) revert AllAccepted(job);
        accepted.accepted = milestone + 1;
        owedTo[accepted.worker] += accepted.parts[milestone];
        emit Accepted(job, milestone, accepted.parts[milestone]);
    }
}
