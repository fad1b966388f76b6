// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Payments} from "./lib/Payments.sol";

/// @title VestingSafe
/// @notice Ether for others that becomes theirs evenly over a number of blocks.
contract VestingSafe is Payments {
    struct Grant {
        address account;
        uint256 total;
        uint256 taken;
        uint256 start;
        uint256 blocks;
    }

    Grant[] public grants;

    event Granted(uint256 indexed grant, address indexed account, uint256 total, uint256 blocks);
    event Vested(uint256 indexed grant, uint256 amount);

    error NoDuration();

    function give(address account, uint256 blocks) external payable returns (uint256 grant) {
        if (blocks == 0) revert NoDuration();
        grant = grants.length;
        grants.push(Grant(account, msg.value, 0, block.number, blocks));
        emit Granted(grant, account, msg.value, blocks);
    }

    /// @notice Books what has vested to its account, which can then collect it.
    function vest(uint256 grant) external {
        Grant storage vesting = grants[grant];
        uint256 passed = block.number - vesting.start;
        uint256 due = passed >= vesting.blocks ? vesting.total : (vesting.total * passed) / vesting.blocks;
        uint256 amount = due - vesting.taken;
        vesting.taken = due;
        owedTo[vesting.account] += amount;
        emit Vested(grant, amount);
    }
}
