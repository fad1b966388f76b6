// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
import "./B.sol";
contract Into { B public b; A public a; function g() external returns (bool) { return b.g(); } }
