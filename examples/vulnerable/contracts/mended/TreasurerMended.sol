// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title TreasurerMended
/// @notice Only the owner names the next one.
contract TreasurerMended {
    address public owner;

    event OwnerChanged(address indexed owner);

    error NotOwner(address caller);
    error NoOwner();
    error PaymentFailed();

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    constructor() {
        owner = msg.sender;
    }

    receive() external payable {}

    function setOwner(address newOwner) external onlyOwner {
        if (newOwner == address(0)) revert NoOwner();
        owner = newOwner;
        emit OwnerChanged(newOwner);
    }

    function collect() external onlyOwner {
        (bool isPaid, ) = msg.sender.call{value: address(this).balance}("");
        if (!isPaid) revert PaymentFailed();
    }
}
