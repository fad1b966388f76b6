// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Wallet
/// @notice Weakness: trusts tx.origin, so any contract that its owner calls can spend from it.
contract Wallet {
    address public immutable owner;

    event Spent(address indexed to, uint256 amount);

    error NotOwner(address caller);
    error PaymentFailed();

    constructor() {
        owner = msg.sender;
    }

    receive() external payable {}

    function spend(address payable to, uint256 amount) external {
        if (tx.origin != owner) revert NotOwner(msg.sender);
        emit Spent(to, amount);
        (bool isPaid, ) = to.call{value: amount}("");
        if (!isPaid) revert PaymentFailed();
    }
}
