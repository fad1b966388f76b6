// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title CampaignMended
/// @notice Only its organiser ends it. It keeps its code: since EIP-6780 `selfdestruct` would not remove it anyway.
contract CampaignMended {
    address payable public immutable organiser;

    bool public isEnded;

    mapping(address account => uint256 amount) public givenBy;

    event Given(address indexed account, uint256 amount);
    event Ended(uint256 amount);

    error NotOrganiser(address caller);
    error AlreadyEnded();
    error PaymentFailed();

    constructor() {
        organiser = payable(msg.sender);
    }

    function give() external payable {
        if (isEnded) revert AlreadyEnded();
        givenBy[msg.sender] += msg.value;
        emit Given(msg.sender, msg.value);
    }

    function end() external {
        if (msg.sender != organiser) revert NotOrganiser(msg.sender);
        if (isEnded) revert AlreadyEnded();
        isEnded = true;
        uint256 amount = address(this).balance;
        emit Ended(amount);
        (bool isPaid, ) = organiser.call{value: amount}("");
        if (!isPaid) revert PaymentFailed();
    }
}
