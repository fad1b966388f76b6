// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title BankMended
/// @notice The balance is written before the call: whoever calls back finds nothing left.
contract BankMended {
    mapping(address account => uint256 amount) public balanceOf;

    error NothingToWithdraw();
    error PaymentFailed();

    function deposit() external payable {
        balanceOf[msg.sender] += msg.value;
    }

    function withdraw() external {
        uint256 amount = balanceOf[msg.sender];
        if (amount == 0) revert NothingToWithdraw();
        balanceOf[msg.sender] = 0;
        (bool isPaid, ) = msg.sender.call{value: amount}("");
        if (!isPaid) revert PaymentFailed();
    }
}
