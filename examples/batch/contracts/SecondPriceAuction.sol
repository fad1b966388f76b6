// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";
import {Payments} from "./lib/Payments.sol";

/// @title SecondPriceAuction
/// @notice The highest bidder wins and pays what the second highest bid; all bids are open.
contract SecondPriceAuction is Owned, Payments {
    uint256 public constant BLOCKS = 500;

    uint256 public immutable endsAt;
    address public first;
    uint256 public firstBid;
    uint256 public secondBid;
    bool public isSettled;

    event Bid(address indexed bidder, uint256 amount);
    event Settled(address indexed winner, uint256 price);

    error NotNow();

    constructor() {
        endsAt = block.number + BLOCKS;
    }

    function bid() external payable {
        if (block.number > endsAt) revert NotNow();
        if (msg.value > firstBid) {
            owedTo[first] += firstBid;
            secondBid = firstBid;
            first = msg.sender;
            firstBid = msg.value;
        } else {
            if (msg.value > secondBid) secondBid = msg.value;
            owedTo[msg.sender] += msg.value;
        }
        emit Bid(msg.sender, msg.value);
    }

    function settle() external {
        if (block.number <= endsAt || isSettled) revert NotNow();
        isSettled = true;
        owedTo[owner] += secondBid;
        owedTo[first] += firstBid - secondBid;
        emit Settled(first, secondBid);
    }
}
