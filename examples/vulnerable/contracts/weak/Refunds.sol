// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Refunds
/// @notice Weakness: a refund that fails is crossed off as if it had been paid.
contract Refunds {
    mapping(address account => uint256 amount) public owedTo;

    event Refunded(address indexed account, uint256 amount);

    function pay() external payable {
        owedTo[msg.sender] += msg.value;
    }

    function refund() external {
        uint256 amount = owedTo[msg.sender];
        owedTo[msg.sender] = 0;
        emit Refunded(msg.sender, amount);
        msg.sender.call{value: amount}("");
    }
}
