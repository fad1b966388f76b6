// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
import {B} from "./B.sol";
contract A { B public b; uint256 immutable i = 3; function f(B other) external view returns (address) { return other.a() == this ? address(b) : address(0); } }
