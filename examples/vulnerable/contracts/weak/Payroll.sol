// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Payroll
/// @notice Weakness: anyone can have the money paid to any account.
contract Payroll {
    event Paid(address indexed to, uint256 amount);

    error PaymentFailed();

    receive() external payable {}

    function pay(address payable to, uint256 amount) external {
        emit Paid(to, amount);
        (bool isPaid, ) = to.call{value: amount}("");
        if (!isPaid) revert PaymentFailed();
    }
}
