// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title NameRegistry
/// @notice First come, first served names of up to 32 bytes; a holder may pass one on or let go of it.
contract NameRegistry {
    mapping(bytes32 name => address holder) public holderOf;

    event Claimed(bytes32 indexed name, address indexed holder);
    event Passed(bytes32 indexed name, address indexed from, address indexed to);

    error Taken(bytes32 name, address holder);
    error NotHolder(bytes32 name, address caller);

    function claim(bytes32 name) external {
        address holder = holderOf[name];
        if (holder != address(0)) revert Taken(name, holder);
        holderOf[name] = msg.sender;
        emit Claimed(name, msg.sender);
    }

    /// @notice Gives a name to another account; to the zero address to let go of it.
    function pass(bytes32 name, address to) external {
        if (holderOf[name] != msg.sender) revert NotHolder(name, msg.sender);
        holderOf[name] = to;
        emit Passed(name, msg.sender, to);
    }
}
