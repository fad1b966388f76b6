// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";

/// @title DelayedSetting
/// @notice A number that the owner changes with a notice of 500 blocks, so that others can leave before.
contract DelayedSetting is Owned {
    uint256 public constant NOTICE = 500;

    uint256 public value;
    uint256 public proposed;
    uint256 public effectiveAt;

    event Proposed(uint256 value, uint256 effectiveAt);
    event Applied(uint256 value);
    event Withdrawn(uint256 value);

    error NothingProposed();
    error TooEarly(uint256 effectiveAt);

    function propose(uint256 newValue) external onlyOwner {
        proposed = newValue;
        effectiveAt = block.number + NOTICE;
        emit Proposed(newValue, effectiveAt);
    }

    function withdraw() external onlyOwner {
        if (effectiveAt == 0) revert NothingProposed();
        emit Withdrawn(proposed);
        proposed = 0;
        effectiveAt = 0;
    }

    function apply_() external {
        if (effectiveAt == 0) revert NothingProposed();
        if (block.number < effectiveAt) revert TooEarly(effectiveAt);
        value = proposed;
        proposed = 0;
        effectiveAt = 0;
        emit Applied(value);
    }
}
