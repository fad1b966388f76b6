// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Payments} from "./lib/Payments.sol";

/// @title TimedEscrow
/// @notice Money for a payee who can claim it until a block; after that it goes back.
contract TimedEscrow is Payments {
    struct Offer {
        address payer;
        address payee;
        uint256 amount;
        uint256 lastBlock;
    }

    mapping(uint256 id => Offer offer) public offers;
    uint256 public count;

    event Offered(uint256 indexed id, address indexed payee, uint256 amount, uint256 lastBlock);
    event Settled(uint256 indexed id, address indexed to);

    error NotYours(uint256 id);

    function offer(address payee, uint256 forBlocks) external payable returns (uint256 id) {
        id = count++;
        offers[id] = Offer(msg.sender, payee, msg.value, block.number + forBlocks);
        emit Offered(id, payee, msg.value, block.number + forBlocks);
    }

    function settle(uint256 id) external {
        Offer memory settled = offers[id];
        address rightful = block.number <= settled.lastBlock ? settled.payee : settled.payer;
        if (msg.sender != rightful) revert NotYours(id);
        delete offers[id];
        owedTo[rightful] += settled.amount;
        emit Settled(id, rightful);
    }
}
