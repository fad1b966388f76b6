// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";
import {Payments} from "./lib/Payments.sol";

/// @title EnglishAuction
/// @notice The highest bid wins; each bid beats the last by a twentieth, and a late one puts the end off.
contract EnglishAuction is Owned, Payments {
    uint256 public constant BLOCKS = 1_000;
    uint256 public constant EXTENSION = 25;

    uint256 public endsAt;
    address public highestBidder;
    uint256 public highestBid;
    bool public isSettled;

    event Bid(address indexed bidder, uint256 amount);
    event Settled(address indexed winner, uint256 amount);

    error Ended();
    error NotEnded(uint256 endsAt);
    error TooLow(uint256 needed);

    constructor() {
        endsAt = block.number + BLOCKS;
    }

    function bid() external payable {
        if (block.number > endsAt) revert Ended();
        uint256 needed = highestBid + highestBid / 20 + 1;
        if (msg.value < needed) revert TooLow(needed);
        owedTo[highestBidder] += highestBid;
        highestBidder = msg.sender;
        highestBid = msg.value;
        if (endsAt - block.number < EXTENSION) endsAt = block.number + EXTENSION;
        emit Bid(msg.sender, msg.value);
    }

    function settle() external {
        if (block.number <= endsAt) revert NotEnded(endsAt);
        if (isSettled) revert Ended();
        isSettled = true;
        owedTo[owner] += highestBid;
        emit Settled(highestBidder, highestBid);
    }
}
