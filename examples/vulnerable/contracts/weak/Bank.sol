// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Bank
/// @notice Weakness: the balance is written after the call that pays it out, so the callee can withdraw again.
contract Bank {
    mapping(address account => uint256 amount) public balanceOf;

    error NothingToWithdraw();
    error PaymentFailed();

    function deposit() external payable {
        balanceOf[msg.sender] += msg.value;
    }

    function withdraw() external {
        uint256 amount = balanceOf[msg.sender];
        if (amount == 0) revert NothingToWithdraw();
        (bool isPaid, ) = msg.sender.call{value: amount}("");
        if (!isPaid) revert PaymentFailed();
        balanceOf[msg.sender] = 0;
    }
}
