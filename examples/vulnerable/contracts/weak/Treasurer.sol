// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Treasurer
/// @notice Weakness: anyone can make themselves the owner.
contract Treasurer {
    address public owner;

    event OwnerChanged(address indexed owner);

    error NotOwner(address caller);
    error PaymentFailed();

    constructor() {
        owner = msg.sender;
    }

    receive() external payable {}

    function setOwner(address newOwner) external {
        owner = newOwner;
        emit OwnerChanged(newOwner);
    }

    function collect() external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        (bool isPaid, ) = msg.sender.call{value: address(this).balance}("");
        if (!isPaid) revert PaymentFailed();
    }
}
