// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";

/// @title StepCounter
/// @notice Counts in steps that the owner chooses.
contract StepCounter is Owned {
    uint256 public count;
    uint256 public step = 1;

    event Counted(uint256 count);
    event StepChanged(uint256 step);

    error NoStep();

    function increment() external {
        count += step;
        emit Counted(count);
    }

    function setStep(uint256 newStep) external onlyOwner {
        if (newStep == 0) revert NoStep();
        step = newStep;
        emit StepChanged(newStep);
    }
}
