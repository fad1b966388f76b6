// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";
import {Payments} from "./lib/Payments.sol";

/// @title DutchSale
/// @notice A hundred numbered places whose price falls block by block until somebody buys.
contract DutchSale is Owned, Payments {
    uint256 public constant PLACES = 100;
    uint256 public constant HIGHEST = 1 ether;
    uint256 public constant LOWEST = 0.05 ether;
    uint256 public constant FALL = 0.001 ether;

    uint256 public startedAt;
    uint256 public sold;
    mapping(uint256 place => address buyer) public buyerOf;

    event Bought(uint256 indexed place, address indexed buyer, uint256 price);

    error SoldOut();
    error TooLow(uint256 price);

    constructor() {
        startedAt = block.number;
    }

    function buy() external payable returns (uint256 place) {
        if (sold == PLACES) revert SoldOut();
        uint256 now_ = price();
        if (msg.value < now_) revert TooLow(now_);
        place = sold++;
        buyerOf[place] = msg.sender;
        startedAt = block.number;
        owedTo[owner] += now_;
        owedTo[msg.sender] += msg.value - now_;
        emit Bought(place, msg.sender, now_);
    }

    function price() public view returns (uint256) {
        uint256 fallen = (block.number - startedAt) * FALL;
        return fallen >= HIGHEST - LOWEST ? LOWEST : HIGHEST - fallen;
    }
}
