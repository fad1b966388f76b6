// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "./lib/IERC20.sol";
import {TokenMoves} from "./lib/TokenMoves.sol";

/// @title Vault
/// @notice Keeps one token for many people; each takes out what they put in.
contract Vault {
    using TokenMoves for IERC20;

    /// @notice The token that is kept.
    IERC20 public immutable asset;

    /// @notice What each account may take out.
    mapping(address account => uint256 amount) public balanceOf;

    /// @notice What all accounts together may take out.
    uint256 public total;

    event Deposited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);

    error NoAsset();
    error NotEnough(uint256 available, uint256 needed);

    /// @param token The token to keep: the address of another deployment of the manifest.
    constructor(IERC20 token) {
        if (address(token) == address(0)) revert NoAsset();
        asset = token;
    }

    /// @notice Puts tokens in; approve this contract before.
    function deposit(uint256 amount) external {
        // Books first, tokens last: a token that calls back finds the books right.
        balanceOf[msg.sender] += amount;
        total += amount;
        emit Deposited(msg.sender, amount);
        asset.take(amount);
    }

    /// @notice Takes tokens out.
    function withdraw(uint256 amount) external {
        uint256 available = balanceOf[msg.sender];
        if (available < amount) revert NotEnough(available, amount);
        balanceOf[msg.sender] = available - amount;
        total -= amount;
        emit Withdrawn(msg.sender, amount);
        asset.give(amount);
    }

    /// @notice Tokens that came in by a plain transfer and belong to nobody.
    function surplus() external view returns (uint256) {
        return asset.balanceOf(address(this)) - total;
    }
}
