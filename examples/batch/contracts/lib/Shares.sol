// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Shares
/// @notice Parts of an amount in basis points.
library Shares {
    uint256 internal constant WHOLE = 10_000;

    function part(uint256 amount, uint256 points) internal pure returns (uint256) {
        return (amount * points) / WHOLE;
    }
}
