// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";

/// @title Badge
/// @notice Numbered badges that stay with who earned them; a holder may throw one away.
contract Badge is Owned {
    uint256 public issued;
    mapping(uint256 number => address holder) public holderOf;
    mapping(uint256 number => string reason) public reasonOf;

    event Issued(uint256 indexed number, address indexed holder, string reason);
    event Discarded(uint256 indexed number);

    error NotHolder(uint256 number, address caller);

    function issue(address holder, string calldata reason) external onlyOwner returns (uint256 number) {
        number = ++issued;
        holderOf[number] = holder;
        reasonOf[number] = reason;
        emit Issued(number, holder, reason);
    }

    function discard(uint256 number) external {
        if (holderOf[number] != msg.sender) revert NotHolder(number, msg.sender);
        delete holderOf[number];
        delete reasonOf[number];
        emit Discarded(number);
    }
}
