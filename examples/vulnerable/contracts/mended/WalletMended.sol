// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title WalletMended
/// @notice Trusts who calls it, not who began the transaction.
contract WalletMended {
    address public immutable owner;

    event Spent(address indexed to, uint256 amount);

    error NotOwner(address caller);
    error NoPayee();
    error PaymentFailed();

    constructor() {
        owner = msg.sender;
    }

    receive() external payable {}

    function spend(address payable to, uint256 amount) external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        if (to == address(0)) revert NoPayee();
        emit Spent(to, amount);
        (bool isPaid, ) = to.call{value: amount}("");
        if (!isPaid) revert PaymentFailed();
    }
}
