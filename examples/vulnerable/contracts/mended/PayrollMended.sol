// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title PayrollMended
/// @notice Only the employer has money paid out.
contract PayrollMended {
    address public immutable employer;

    event Paid(address indexed to, uint256 amount);

    error NotEmployer(address caller);
    error NoPayee();
    error PaymentFailed();

    modifier onlyEmployer() {
        if (msg.sender != employer) revert NotEmployer(msg.sender);
        _;
    }

    constructor() {
        employer = msg.sender;
    }

    receive() external payable {}

    function pay(address payable to, uint256 amount) external onlyEmployer {
        if (to == address(0)) revert NoPayee();
        emit Paid(to, amount);
        (bool isPaid, ) = to.call{value: amount}("");
        if (!isPaid) revert PaymentFailed();
    }
}
