// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "./IERC20.sol";
import {Owned} from "./Owned.sol";

/// @title Vault
/// @notice Shares of a pot of one token: who puts tokens in gets shares, a withdrawal leaves a fee to those who stay.
contract Vault is Owned {
    /// @notice The most a withdrawal may cost, in basis points.
    uint256 public constant MAXIMUM_FEE = 500;

    uint256 private constant WHOLE = 10_000;

    /// @dev Shares nobody holds, so that the first depositor cannot make the price of a share absurd.
    uint256 private constant VIRTUAL_SHARES = 1_000;

    /// @notice The token in the pot.
    IERC20 public immutable asset;

    /// @notice What a withdrawal leaves in the pot, in basis points.
    uint256 public fee;

    /// @notice Tokens in the pot by the vault's own books; plain transfers are not counted.
    uint256 public pot;

    /// @notice Shares that people hold.
    uint256 public totalShares;

    /// @notice The shares of each account.
    mapping(address account => uint256 shares) public sharesOf;

    event Deposited(address indexed account, uint256 amount, uint256 shares);
    event Withdrawn(address indexed account, uint256 amount, uint256 shares);
    event FeeChanged(uint256 fee);

    error FeeTooHigh(uint256 fee);
    error NothingToDo();
    error NotEnough(uint256 available, uint256 needed);
    error MoveFailed();

    constructor(IERC20 token) {
        if (address(token) == address(0)) revert ZeroAddress();
        asset = token;
    }

    /// @notice Puts tokens in and gets shares at the price of the moment.
    function deposit(uint256 amount) external returns (uint256 shares) {
        shares = (amount * (totalShares + VIRTUAL_SHARES)) / (pot + 1);
        if (shares == 0) revert NothingToDo();
        pot += amount;
        totalShares += shares;
        sharesOf[msg.sender] += shares;
        emit Deposited(msg.sender, amount, shares);
        if (!asset.transferFrom(msg.sender, address(this), amount)) revert MoveFailed();
    }

    /// @notice Gives shares back for tokens, less the fee.
    function withdraw(uint256 shares) external returns (uint256 amount) {
        uint256 held = sharesOf[msg.sender];
        if (held < shares) revert NotEnough(held, shares);
        // One division at the end, rounded down in favour of those who stay.
        amount = (shares * (pot + 1) * (WHOLE - fee)) / ((totalShares + VIRTUAL_SHARES) * WHOLE);
        if (amount == 0) revert NothingToDo();
        sharesOf[msg.sender] = held - shares;
        totalShares -= shares;
        pot -= amount;
        emit Withdrawn(msg.sender, amount, shares);
        if (!asset.transfer(msg.sender, amount)) revert MoveFailed();
    }

    /// @notice Changes the fee of withdrawals.
    function setFee(uint256 newFee) external onlyOwner {
        if (newFee > MAXIMUM_FEE) revert FeeTooHigh(newFee);
        fee = newFee;
        emit FeeChanged(newFee);
    }
}
