// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title YesNoVote
/// @notice Questions that anyone may ask and everyone answers once, open for 1,000 blocks.
contract YesNoVote {
    uint256 public constant BLOCKS = 1_000;

    struct Question {
        string text;
        uint256 lastBlock;
        uint256 yes;
        uint256 no;
    }

    Question[] public questions;
    mapping(uint256 question => mapping(address voter => bool hasVoted)) public hasVoted;

    event Asked(uint256 indexed question, string text);
    event Voted(uint256 indexed question, address indexed voter, bool isYes);

    error Closed(uint256 question);
    error AlreadyVoted(uint256 question, address voter);

    function ask(string calldata text) external returns (uint256 question) {
        question = questions.length;
        questions.push(Question(text, block.number + BLOCKS, 0, 0));
        emit Asked(question, text);
    }

    function vote(uint256 question, bool isYes) external {
        Question storage asked = questions[question];
        if (block.number > asked.lastBlock) revert Closed(question);
        if (hasVoted[question][msg.sender]) revert AlreadyVoted(question, msg.sender);
        hasVoted[question][msg.sender] = true;
        if (isYes) asked.yes++;
        else asked.no++;
        emit Voted(question, msg.sender, isYes);
    }
}
