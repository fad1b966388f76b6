// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title CommitRevealVote
/// @notice Votes are sealed first and opened later, so that nobody votes by what others did.
contract CommitRevealVote {
    uint256 public constant BLOCKS = 200;

    uint256 public immutable lastCommit;
    uint256 public immutable lastReveal;

    mapping(address voter => bytes32 seal) public sealOf;
    mapping(uint8 option => uint256 votes) public votesFor;

    event Committed(address indexed voter, bytes32 seal);
    event Revealed(address indexed voter, uint8 option);

    error NotNow();
    error NoSeal();
    error WrongSeal();

    constructor() {
        lastCommit = block.number + BLOCKS;
        lastReveal = lastCommit + BLOCKS;
    }

    function commit(bytes32 seal_) external {
        if (block.number > lastCommit) revert NotNow();
        if (seal_ == 0) revert NoSeal();
        sealOf[msg.sender] = seal_;
        emit Committed(msg.sender, seal_);
    }

    function reveal(uint8 option, bytes32 salt) external {
        if (block.number <= lastCommit || block.number > lastReveal) revert NotNow();
        if (sealOf[msg.sender] != keccak256(abi.encode(msg.sender, option, salt))) revert WrongSeal();
        delete sealOf[msg.sender];
        votesFor[option]++;
        emit Revealed(msg.sender, option);
    }
}
