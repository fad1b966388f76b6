// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Campaign
/// @notice Weakness: anyone can end it and take what it has collected.
contract Campaign {
    mapping(address account => uint256 amount) public givenBy;

    event Given(address indexed account, uint256 amount);

    function give() external payable {
        givenBy[msg.sender] += msg.value;
        emit Given(msg.sender, msg.value);
    }

    function end() external {
        selfdestruct(payable(msg.sender));
    }
}
