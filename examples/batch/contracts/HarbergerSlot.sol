// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";
import {Payments} from "./lib/Payments.sol";

/// @title HarbergerSlot
/// @notice One advertising slot that is always for sale at the price its holder has set.
contract HarbergerSlot is Owned, Payments {
    address public holder;
    uint256 public price;
    string public text;

    event Taken(address indexed holder, uint256 paid, uint256 price, string text);
    event Priced(uint256 price);

    error TooLow(uint256 price);
    error PriceMoved(uint256 price);
    error NotHolder(address caller);

    constructor() {
        holder = msg.sender;
    }

    /// @notice Buys the slot; `mostPrice` guards against a price that is raised in between.
    function take(uint256 mostPrice, uint256 newPrice, string calldata newText) external payable {
        if (price > mostPrice) revert PriceMoved(price);
        if (msg.value < price) revert TooLow(price);
        owedTo[holder] += price;
        owedTo[msg.sender] += msg.value - price;
        emit Taken(msg.sender, price, newPrice, newText);
        holder = msg.sender;
        price = newPrice;
        text = newText;
    }

    function setPrice(uint256 newPrice) external {
        if (msg.sender != holder) revert NotHolder(msg.sender);
        price = newPrice;
        emit Priced(newPrice);
    }
}
