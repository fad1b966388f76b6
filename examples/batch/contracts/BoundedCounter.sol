// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title BoundedCounter
/// @notice Counts up and down between 0 and 100.
contract BoundedCounter {
    int256 public constant LOWEST = 0;
    int256 public constant HIGHEST = 100;

    int256 public count = 50;

    event Moved(int256 by, int256 count);

    error OutOfBounds(int256 wanted);

    function move(int256 by) external {
        int256 wanted = count + by;
        if (wanted < LOWEST || wanted > HIGHEST) revert OutOfBounds(wanted);
        count = wanted;
        emit Moved(by, wanted);
    }
}
