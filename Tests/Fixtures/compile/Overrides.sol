// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
import "./lib/Flow.sol";
contract Overrides is Flow { function stop() internal pure override { revert(); } }
