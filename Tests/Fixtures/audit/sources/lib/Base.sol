// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// A dependency: one contract that is inherited, one that is nobody's business.
contract Base {
    address public keeper;

    function setKeeper(address next) public {
        keeper = next;
    }

    function onlyKeeper() public view {
        require(msg.sender == keeper, "not the keeper");
    }
}

contract Stranger {
    function leave(address payable to) external {
        selfdestruct(to);
    }
}

library Sender {
    function give(address to, uint256 amount) internal {
        to.call{value: amount}("");
    }
}
