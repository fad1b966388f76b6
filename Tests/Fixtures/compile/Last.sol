// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
import "./lib/Flow.sol";
import "./core/Use.sol";
contract Last { Flow public flow; Use public use; function when() external view returns (uint256) { return flow.last(); } }
