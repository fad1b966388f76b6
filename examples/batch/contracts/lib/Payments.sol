// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Payments
/// @notice Pays out what accounts are owed, one account at a time and at its own request.
abstract contract Payments {
    mapping(address account => uint256 amount) public owedTo;

    event Paid(address indexed account, uint256 amount);

    error NothingOwed(address account);
    error PaymentFailed(address account);

    /// @notice Takes out all that the caller is owed.
    function collect() external {
        uint256 amount = owedTo[msg.sender];
        if (amount == 0) revert NothingOwed(msg.sender);
        owedTo[msg.sender] = 0;
        emit Paid(msg.sender, amount);
        (bool isPaid, ) = msg.sender.call{value: amount}("");
        if (!isPaid) revert PaymentFailed(msg.sender);
    }
}
