// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Owned
/// @notice One owner, handed on in two steps.
abstract contract Owned {
    /// @notice Who may do what others may not.
    address public owner;

    /// @notice Who may accept the ownership; the zero address while no handover is under way.
    address public pendingOwner;

    event OwnerOffered(address indexed owner, address indexed pendingOwner);
    event OwnerChanged(address indexed previousOwner, address indexed owner);

    error NotOwner(address caller);
    error NotPendingOwner(address caller);
    error ZeroAddress();

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    constructor() {
        owner = msg.sender;
        emit OwnerChanged(address(0), msg.sender);
    }

    /// @notice Offers the ownership; it changes hands when it is accepted.
    function offerOwnership(address account) external onlyOwner {
        if (account == address(0)) revert ZeroAddress();
        pendingOwner = account;
        emit OwnerOffered(owner, account);
    }

    /// @notice Takes the ownership that was offered to the caller.
    function acceptOwnership() external {
        if (msg.sender != pendingOwner) revert NotPendingOwner(msg.sender);
        emit OwnerChanged(owner, msg.sender);
        owner = msg.sender;
        pendingOwner = address(0);
    }
}
