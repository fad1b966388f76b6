// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";

/// @title WeightedVote
/// @notice The owner gives out weights; motions pass with more than half of all weight.
contract WeightedVote is Owned {
    mapping(address voter => uint256 weight) public weightOf;
    uint256 public totalWeight;

    mapping(bytes32 motion => uint256 weight) public support;
    mapping(bytes32 motion => mapping(address voter => uint256 weight)) public givenBy;

    event WeightChanged(address indexed voter, uint256 weight);
    event Supported(bytes32 indexed motion, address indexed voter, uint256 weight);

    error NoWeight(address voter);
    error AlreadySupported(bytes32 motion, address voter);

    function setWeight(address voter, uint256 weight) external onlyOwner {
        totalWeight = totalWeight - weightOf[voter] + weight;
        weightOf[voter] = weight;
        emit WeightChanged(voter, weight);
    }

    function give(bytes32 motion) external {
        uint256 weight = weightOf[msg.sender];
        if (weight == 0) revert NoWeight(msg.sender);
        if (givenBy[motion][msg.sender] != 0) revert AlreadySupported(motion, msg.sender);
        givenBy[motion][msg.sender] = weight;
        support[motion] += weight;
        emit Supported(motion, msg.sender, weight);
    }

    function passes(bytes32 motion) external view returns (bool) {
        return support[motion] * 2 > totalWeight;
    }
}
