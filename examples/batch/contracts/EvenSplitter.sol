// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";
import {Payments} from "./lib/Payments.sol";

/// @title EvenSplitter
/// @notice Splits what it is sent evenly among its members; what cannot be split waits for the next round.
contract EvenSplitter is Owned, Payments {
    uint256 public constant MOST_MEMBERS = 32;

    address[] public members;
    uint256 public undivided;

    event MemberAdded(address indexed account);
    event Split(uint256 each);

    error TooManyMembers();
    error NoMembers();

    function add(address account) external onlyOwner {
        if (members.length == MOST_MEMBERS) revert TooManyMembers();
        members.push(account);
        emit MemberAdded(account);
    }

    function split() external payable {
        uint256 count = members.length;
        if (count == 0) revert NoMembers();
        uint256 all = undivided + msg.value;
        uint256 each = all / count;
        undivided = all % count;
        for (uint256 i = 0; i < count; i++) owedTo[members[i]] += each;
        emit Split(each);
    }
}
