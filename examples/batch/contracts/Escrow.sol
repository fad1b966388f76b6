// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Payments} from "./lib/Payments.sol";

/// @title Escrow
/// @notice A buyer puts money down for a seller; the buyer releases it or the seller gives it back.
contract Escrow is Payments {
    struct Deal {
        address buyer;
        address seller;
        uint256 amount;
    }

    Deal[] public deals;

    event Opened(uint256 indexed deal, address indexed buyer, address indexed seller, uint256 amount);
    event Closed(uint256 indexed deal, address indexed to);

    error NotAParty(uint256 deal, address caller);
    error AlreadyClosed(uint256 deal);

    function open(address seller) external payable returns (uint256 deal) {
        deal = deals.length;
        deals.push(Deal(msg.sender, seller, msg.value));
        emit Opened(deal, msg.sender, seller, msg.value);
    }

    /// @notice The buyer pays the seller; the seller pays the buyer back.
    function close(uint256 deal) external {
        Deal storage open_ = deals[deal];
        address to;
        if (msg.sender == open_.buyer) to = open_.seller;
        else if (msg.sender == open_.seller) to = open_.buyer;
        else revert NotAParty(deal, msg.sender);
        uint256 amount = open_.amount;
        if (amount == 0) revert AlreadyClosed(deal);
        open_.amount = 0;
        owedTo[to] += amount;
        emit Closed(deal, to);
    }
}
