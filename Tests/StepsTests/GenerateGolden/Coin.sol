// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Coin
/// @notice An ERC-20 token whose supply can never grow.
/// @dev Written by hyperkit from its `erc20` template: change the options in the manifest, not this file.
contract Coin {
    /// @notice The name of the token.
    string public constant name = "Coin";

    /// @notice The short name of the token.
    string public constant symbol = "CN";

    /// @notice How many decimal places a whole token has.
    uint8 public constant decimals = 18;

    /// @dev What the deployer gets, in base units.
    uint256 private constant INITIAL_SUPPLY = 1_000_000e18;

    /// @notice How many base units exist.
    uint256 public immutable totalSupply;

    /// @notice How many base units an account holds.
    mapping(address account => uint256 amount) public balanceOf;

    /// @notice How many base units a spender may still move out of an account; the largest value means without limit.
    mapping(address account => mapping(address spender => uint256 amount)) public allowance;

    /// @notice Base units moved; out of the zero address when they were minted.
    event Transfer(address indexed from, address indexed to, uint256 value);

    /// @notice An account set what a spender may move.
    event Approval(address indexed owner, address indexed spender, uint256 value);

    /// @notice The account holds less than is to be moved.
    error ERC20InsufficientBalance(address sender, uint256 available, uint256 needed);

    /// @notice The spender may move less than is to be moved.
    error ERC20InsufficientAllowance(address spender, uint256 available, uint256 needed);

    /// @notice Nothing can come out of this account.
    error ERC20InvalidSender(address sender);

    /// @notice Nothing can go to this account.
    error ERC20InvalidReceiver(address receiver);

    /// @notice This account cannot be a spender.
    error ERC20InvalidSpender(address spender);

    /// @notice Gives the deployer the initial supply.
    constructor() {
        totalSupply = INITIAL_SUPPLY;
        balanceOf[msg.sender] = INITIAL_SUPPLY;
        emit Transfer(address(0), msg.sender, INITIAL_SUPPLY);
    }

    /// @notice Moves base units of the caller.
    /// @param to Who gets them; not the zero address.
    /// @param value How many base units.
    /// @return Always true; what cannot be done reverts.
    function transfer(address to, uint256 value) external returns (bool) {
        _transfer(msg.sender, to, value);
        return true;
    }

    /// @notice Sets what a spender may move out of the caller's account, in place of what it was.
    /// @dev A spender who acts between two calls can move both amounts: set it to 0 first where that matters.
    /// @param spender Who may move them; not the zero address.
    /// @param value How many base units; the largest value means without limit.
    /// @return Always true; what cannot be done reverts.
    function approve(address spender, uint256 value) external returns (bool) {
        if (spender == address(0)) revert ERC20InvalidSpender(spender);
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    /// @notice Moves base units of an account that let the caller do so.
    /// @param from Whose they are.
    /// @param to Who gets them; not the zero address.
    /// @param value How many base units.
    /// @return Always true; what cannot be done reverts.
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        _spendAllowance(from, value);
        _transfer(from, to, value);
        return true;
    }

    /// @dev Moves base units; the caller has checked that it may.
    function _transfer(address from, address to, uint256 value) private {
        if (from == address(0)) revert ERC20InvalidSender(from);
        if (to == address(0)) revert ERC20InvalidReceiver(to);
        uint256 available = balanceOf[from];
        if (available < value) revert ERC20InsufficientBalance(from, available, value);
        balanceOf[from] = available - value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }

    /// @dev Takes `value` from what the caller may move out of `from`, unless that is without limit.
    function _spendAllowance(address from, uint256 value) private {
        uint256 available = allowance[from][msg.sender];
        if (available == type(uint256).max) return;
        if (available < value) revert ERC20InsufficientAllowance(msg.sender, available, value);
        allowance[from][msg.sender] = available - value;
    }
}
