// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title RefundsMended
/// @notice A refund that fails is undone and stays owed.
contract RefundsMended {
    mapping(address account => uint256 amount) public owedTo;

    event Refunded(address indexed account, uint256 amount);

    error RefundFailed(address account);

    function pay() external payable {
        owedTo[msg.sender] += msg.value;
    }

    function refund() external {
        uint256 amount = owedTo[msg.sender];
        owedTo[msg.sender] = 0;
        emit Refunded(msg.sender, amount);
        (bool isPaid, ) = msg.sender.call{value: amount}("");
        if (!isPaid) revert RefundFailed(msg.sender);
    }
}
