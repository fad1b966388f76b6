// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "./IERC20.sol";

/// @title TokenMoves
/// @notice Moves tokens and reverts where a token only answers `false`.
library TokenMoves {
    /// @notice The token did not move what it was asked to.
    error MoveFailed(address token, uint256 amount);

    /// @dev Takes tokens of the caller, who has approved this contract before.
    function take(IERC20 token, uint256 amount) internal {
        if (!token.transferFrom(msg.sender, address(this), amount)) revert MoveFailed(address(token), amount);
    }

    /// @dev Gives tokens of this contract to the caller.
    function give(IERC20 token, uint256 amount) internal {
        if (!token.transfer(msg.sender, amount)) revert MoveFailed(address(token), amount);
    }
}
