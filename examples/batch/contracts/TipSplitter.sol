// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Payments} from "./lib/Payments.sol";

/// @title TipSplitter
/// @notice Whoever pays names up to ten accounts and what each gets.
contract TipSplitter is Payments {
    uint256 public constant MOST = 10;

    event Tipped(address indexed from, address indexed to, uint256 amount);

    error WrongList(uint256 accounts, uint256 amounts);
    error WrongAmount(uint256 sent, uint256 needed);

    function tip(address[] calldata accounts, uint256[] calldata amounts) external payable {
        if (accounts.length != amounts.length || accounts.length > MOST) {
            revert WrongList(accounts.length, amounts.length);
        }
        uint256 total = 0;
        for (uint256 i = 0; i < accounts.length; i++) {
            total += amounts[i];
            owedTo[accounts[i]] += amounts[i];
            emit Tipped(msg.sender, accounts[i], amounts[i]);
        }
        if (total != msg.value) revert WrongAmount(msg.value, total);
    }
}
