// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title ApprovalPoll
/// @notice Each voter approves of any number of 256 options at once, as a bit mask that may be changed later.
contract ApprovalPoll {
    mapping(address voter => uint256 mask) public ballotOf;
    uint256[256] public approvals;

    event Voted(address indexed voter, uint256 mask);

    function vote(uint256 mask) external {
        uint256 changed = ballotOf[msg.sender] ^ mask;
        ballotOf[msg.sender] = mask;
        for (uint256 option = 0; option < 256; option++) {
            if ((changed >> option) & 1 == 0) continue;
            if ((mask >> option) & 1 == 1) approvals[option]++;
            else approvals[option]--;
        }
        emit Voted(msg.sender, mask);
    }
}
