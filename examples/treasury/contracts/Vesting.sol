// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "./IERC20.sol";

/// @title Vesting
/// @notice Releases a token to one beneficiary, block by block, from a start until its end.
contract Vesting {
    /// @notice The token that vests: all of it that this contract is given, whenever it comes.
    IERC20 public immutable token;

    /// @notice Who gets it.
    address public immutable beneficiary;

    /// @notice The block after which tokens vest.
    uint256 public immutable start;

    /// @notice How many blocks it takes.
    uint256 public immutable blocks;

    /// @notice What was paid out.
    uint256 public released;

    event Released(uint256 amount);

    error ZeroAddress();
    error NoDuration();
    error MoveFailed();

    /// @param token_ The token that vests.
    /// @param beneficiary_ Who gets it.
    /// @param cliff Blocks from now until the first token vests.
    /// @param blocks_ Blocks from then until the last one does.
    constructor(IERC20 token_, address beneficiary_, uint256 cliff, uint256 blocks_) {
        if (address(token_) == address(0) || beneficiary_ == address(0)) revert ZeroAddress();
        if (blocks_ == 0) revert NoDuration();
        token = token_;
        beneficiary = beneficiary_;
        start = block.number + cliff;
        blocks = blocks_;
    }

    /// @notice Pays out what has vested; anyone may ask, the beneficiary gets it.
    function release() external {
        uint256 amount = releasable();
        released += amount;
        emit Released(amount);
        if (!token.transfer(beneficiary, amount)) revert MoveFailed();
    }

    /// @notice What could be paid out now.
    function releasable() public view returns (uint256) {
        if (block.number <= start) return 0;
        uint256 all = token.balanceOf(address(this)) + released;
        uint256 passed = block.number - start;
        uint256 vested = passed >= blocks ? all : (all * passed) / blocks;
        return vested - released;
    }
}
