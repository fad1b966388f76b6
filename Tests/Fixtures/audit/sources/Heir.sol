// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {Base, Sender} from "./lib/Base.sol";

contract Heir is Base {
    using Sender for address;

    mapping(address => uint256) public balances;

    receive() external payable {
        balances[msg.sender] += msg.value;
    }

    function leave() external {
        uint256 unused;
        msg.sender.give(balances[msg.sender]);
        balances[msg.sender] = 0;
    }
}

contract Neighbour {
    function close() external {
        selfdestruct(payable(msg.sender));
    }
}
