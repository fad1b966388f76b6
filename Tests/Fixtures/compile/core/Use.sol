// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import "../lib/Sets.sol";
import {Price, Phase} from "./Types.sol";
import {Owned} from "./Access.sol";

contract Use is Owned(address(1)) {
    using Sets for *;
    Sets.Set internal set;
    Price public price;

    function _hook(uint256 x) internal pure override returns (uint256) { return x; }
    function join(Phase phase, Price p) external returns (bool) { price = price + p; return phase == Phase.Open && set.add(msg.sender); }
    function joined(address owner) external returns (bool) { return set.has(owner); }
}
