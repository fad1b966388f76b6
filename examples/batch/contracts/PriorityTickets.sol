// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";
import {Ring} from "./lib/Ring.sol";

/// @title PriorityTickets
/// @notice Three lines; the owner serves the most urgent one that is not empty.
contract PriorityTickets is Owned {
    using Ring for Ring.Queue;

    uint256 public constant LINES = 3;

    Ring.Queue[3] private _lines;

    event Joined(address indexed account, uint256 urgency);
    event Served(address indexed account, uint256 urgency);

    error NoSuchLine(uint256 urgency);
    error NobodyWaiting();

    function join(uint256 urgency) external {
        if (urgency >= LINES) revert NoSuchLine(urgency);
        _lines[urgency].push(msg.sender);
        emit Joined(msg.sender, urgency);
    }

    function serve() external onlyOwner returns (address account) {
        for (uint256 i = LINES; i > 0; i--) {
            Ring.Queue storage line = _lines[i - 1];
            if (line.length() == 0) continue;
            account = line.pop();
            emit Served(account, i - 1);
            return account;
        }
        revert NobodyWaiting();
    }
}
