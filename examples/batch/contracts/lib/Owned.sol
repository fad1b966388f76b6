// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Owned
/// @notice The deployer may do what others may not.
abstract contract Owned {
    address public immutable owner;

    error NotOwner(address caller);

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    constructor() {
        owner = msg.sender;
    }
}
