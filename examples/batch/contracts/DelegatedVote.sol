// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title DelegatedVote
/// @notice Members hand their vote to another one for a topic; a vote handed on does not travel further.
contract DelegatedVote {
    mapping(address member => bool isMember) public isMember;
    mapping(address member => address delegate) public delegateOf;
    mapping(address member => uint256 count) public votesHeldBy;
    mapping(bytes32 topic => uint256 votes) public votes;
    mapping(bytes32 topic => mapping(address member => bool hasVoted)) public hasVoted;

    event Joined(address indexed member);
    event Delegated(address indexed member, address indexed delegate);
    event Voted(bytes32 indexed topic, address indexed member, uint256 weight);

    error AlreadyMember(address account);
    error NotMember(address account);
    error AlreadyDelegated(address member);
    error AlreadyVoted(address member);

    function join() external {
        if (isMember[msg.sender]) revert AlreadyMember(msg.sender);
        isMember[msg.sender] = true;
        votesHeldBy[msg.sender] = 1;
        emit Joined(msg.sender);
    }

    function hand(address delegate) external {
        if (!isMember[msg.sender]) revert NotMember(msg.sender);
        if (!isMember[delegate] || delegate == msg.sender) revert NotMember(delegate);
        if (delegateOf[msg.sender] != address(0)) revert AlreadyDelegated(msg.sender);
        delegateOf[msg.sender] = delegate;
        votesHeldBy[msg.sender] -= 1;
        votesHeldBy[delegate] += 1;
        emit Delegated(msg.sender, delegate);
    }

    function vote(bytes32 topic) external {
        if (!isMember[msg.sender]) revert NotMember(msg.sender);
        if (hasVoted[topic][msg.sender]) revert AlreadyVoted(msg.sender);
        hasVoted[topic][msg.sender] = true;
        uint256 weight = votesHeldBy[msg.sender];
        votes[topic] += weight;
        emit Voted(topic, msg.sender, weight);
    }
}
