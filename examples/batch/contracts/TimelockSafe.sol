// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title TimelockSafe
/// @notice Keeps the ether of each account until a block of its own choosing.
contract TimelockSafe {
    struct Box {
        uint256 amount;
        uint256 opensAt;
    }

    mapping(address account => Box box) public boxOf;

    event Locked(address indexed account, uint256 amount, uint256 opensAt);
    event Opened(address indexed account, uint256 amount);

    error OnlyLater(uint256 opensAt);
    error StillLocked(uint256 opensAt);
    error PaymentFailed();

    /// @notice Adds ether; the opening may be put off but not brought forward.
    function lock(uint256 opensAt) external payable {
        Box storage box = boxOf[msg.sender];
        if (opensAt < box.opensAt) revert OnlyLater(box.opensAt);
        box.amount += msg.value;
        box.opensAt = opensAt;
        emit Locked(msg.sender, box.amount, opensAt);
    }

    function open() external {
        Box memory box = boxOf[msg.sender];
        if (block.number < box.opensAt) revert StillLocked(box.opensAt);
        delete boxOf[msg.sender];
        emit Opened(msg.sender, box.amount);
        (bool isPaid, ) = msg.sender.call{value: box.amount}("");
        if (!isPaid) revert PaymentFailed();
    }
}
