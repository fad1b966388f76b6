// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
import {A} from "./A.sol";
import "../lib/Sets.sol";
contract B { A public a; Sets.Set set; function g() external returns (bool) { return Sets.add(set, address(a)); } }
