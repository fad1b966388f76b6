// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";
import {Payments} from "./lib/Payments.sol";

/// @title Subscription
/// @notice Access by the block: what is paid extends it, at a price that the owner sets.
contract Subscription is Owned, Payments {
    uint256 public pricePerBlock = 1 gwei;
    mapping(address account => uint256 lastBlock) public paidUntil;

    event Extended(address indexed account, uint256 lastBlock);
    event PriceChanged(uint256 pricePerBlock);

    error TooLittle(uint256 needed);
    error NoPrice();

    function extend() external payable {
        uint256 blocks = msg.value / pricePerBlock;
        if (blocks == 0) revert TooLittle(pricePerBlock);
        uint256 from = paidUntil[msg.sender] > block.number ? paidUntil[msg.sender] : block.number;
        paidUntil[msg.sender] = from + blocks;
        owedTo[owner] += msg.value;
        emit Extended(msg.sender, from + blocks);
    }

    function setPrice(uint256 newPrice) external onlyOwner {
        if (newPrice == 0) revert NoPrice();
        pricePerBlock = newPrice;
        emit PriceChanged(newPrice);
    }

    function isActive(address account) external view returns (bool) {
        return paidUntil[account] >= block.number;
    }
}
