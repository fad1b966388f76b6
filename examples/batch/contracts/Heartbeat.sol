// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Heartbeat
/// @notice Ether that goes to an heir when its owner has given no sign of life for a while.
contract Heartbeat {
    uint256 public constant PATIENCE = 100_000;

    struct Will {
        address heir;
        uint256 amount;
        uint256 lastBeat;
    }

    mapping(address owner => Will will) public willOf;

    event Beaten(address indexed owner, address indexed heir, uint256 amount);
    event Inherited(address indexed owner, address indexed heir, uint256 amount);

    error NotHeir(address caller);
    error StillAlive(uint256 until);
    error PaymentFailed();

    /// @notice Gives a sign of life, names the heir and adds what was sent.
    function beat(address heir) external payable {
        Will storage will = willOf[msg.sender];
        will.heir = heir;
        will.amount += msg.value;
        will.lastBeat = block.number;
        emit Beaten(msg.sender, heir, will.amount);
    }

    function inherit(address from) external {
        Will memory will = willOf[from];
        if (msg.sender != will.heir) revert NotHeir(msg.sender);
        if (block.number <= will.lastBeat + PATIENCE) revert StillAlive(will.lastBeat + PATIENCE);
        delete willOf[from];
        emit Inherited(from, msg.sender, will.amount);
        (bool isPaid, ) = msg.sender.call{value: will.amount}("");
        if (!isPaid) revert PaymentFailed();
    }
}
