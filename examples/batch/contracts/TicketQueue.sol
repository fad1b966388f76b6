// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";
import {Ring} from "./lib/Ring.sol";

/// @title TicketQueue
/// @notice People line up; the owner calls them one by one.
contract TicketQueue is Owned {
    using Ring for Ring.Queue;

    Ring.Queue private _queue;
    mapping(address account => bool isWaiting) public isWaiting;

    event Joined(address indexed account);
    event Called(address indexed account);

    error AlreadyWaiting(address account);

    function join() external {
        if (isWaiting[msg.sender]) revert AlreadyWaiting(msg.sender);
        isWaiting[msg.sender] = true;
        _queue.push(msg.sender);
        emit Joined(msg.sender);
    }

    function call_() external onlyOwner returns (address account) {
        account = _queue.pop();
        isWaiting[account] = false;
        emit Called(account);
    }

    function waiting() external view returns (uint256) {
        return _queue.length();
    }
}
