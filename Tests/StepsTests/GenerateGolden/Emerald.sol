// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Emerald
/// @notice An ERC-20 token that its owner can mint up to a cap and its holders can burn.
/// @dev Written by hyperkit from its `erc20` template: change the options in the manifest, not this file.
contract Emerald {
    /// @notice The name of the token.
    string public constant name = unicode"Émeraude \"24\\k\" */";

    /// @notice The short name of the token.
    string public constant symbol = "E\"";

    /// @notice How many decimal places a whole token has.
    uint8 public constant decimals = 6;

    /// @dev What the deployer gets, in base units.
    uint256 private constant INITIAL_SUPPLY = 15e5;

    /// @dev The most that can ever exist, in base units.
    uint256 private constant MAXIMUM_SUPPLY = 21_000_000e6;

    /// @notice How many base units exist.
    uint256 public totalSupply;

    /// @notice How many base units an account holds.
    mapping(address account => uint256 amount) public balanceOf;

    /// @notice How many base units a spender may still move out of an account; the largest value means without limit.
    mapping(address account => mapping(address spender => uint256 amount)) public allowance;

    /// @notice Who may mint; the zero address once the ownership was given up.
    address public owner;

    /// @notice Who may accept the ownership; the zero address while no handover is under way.
    address public pendingOwner;

    /// @notice Base units moved; out of the zero address when they were minted, into it when they were burned.
    event Transfer(address indexed from, address indexed to, uint256 value);

    /// @notice An account set what a spender may move.
    event Approval(address indexed owner, address indexed spender, uint256 value);

    /// @notice The owner offered the ownership to another account.
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);

    /// @notice The ownership changed hands.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

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

    /// @notice Minting this much would pass the cap.
    error CapExceeded(uint256 available, uint256 needed);

    /// @notice The caller is not the owner.
    error NotOwner(address caller);

    /// @notice The caller was not offered the ownership.
    error NotPendingOwner(address caller);

    /// @notice The ownership cannot be offered to this account.
    error InvalidOwner(address account);

    /// @dev Lets only the owner pass.
    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    /// @notice Makes the deployer the owner and gives it the initial supply.
    constructor() {
        owner = msg.sender;
        emit OwnershipTransferred(address(0), msg.sender);
        _mint(msg.sender, INITIAL_SUPPLY);
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

    /// @notice Makes new base units.
    /// @param to Who gets them; not the zero address.
    /// @param value How many base units; the cap cannot be passed.
    function mint(address to, uint256 value) external onlyOwner {
        _mint(to, value);
    }

    /// @notice Destroys base units of the caller.
    /// @param value How many base units.
    function burn(uint256 value) external {
        _burn(msg.sender, value);
    }

    /// @notice Destroys base units of an account that let the caller move them.
    /// @param from Whose they are.
    /// @param value How many base units.
    function burnFrom(address from, uint256 value) external {
        _spendAllowance(from, value);
        _burn(from, value);
    }

    /// @notice Offers the ownership to an account, in place of any earlier offer; it changes hands when it is accepted.
    /// @param newOwner Who may accept it; not the zero address.
    function transferOwnership(address newOwner) external onlyOwner {
        if (newOwner == address(0)) revert InvalidOwner(newOwner);
        pendingOwner = newOwner;
        emit OwnershipTransferStarted(owner, newOwner);
    }

    /// @notice Takes the ownership that was offered to the caller.
    function acceptOwnership() external {
        if (msg.sender != pendingOwner) revert NotPendingOwner(msg.sender);
        _setOwner(msg.sender);
    }

    /// @notice Gives the ownership up for ever; nobody can mint from then on.
    function renounceOwnership() external onlyOwner {
        _setOwner(address(0));
    }

    /// @notice The most base units that can ever exist.
    function cap() external pure returns (uint256) {
        return MAXIMUM_SUPPLY;
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

    /// @dev Makes base units; the caller has checked that it may.
    function _mint(address to, uint256 value) private {
        if (to == address(0)) revert ERC20InvalidReceiver(to);
        uint256 available = MAXIMUM_SUPPLY - totalSupply;
        if (available < value) revert CapExceeded(available, value);
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    /// @dev Destroys base units; the caller has checked that it may.
    function _burn(address from, uint256 value) private {
        if (from == address(0)) revert ERC20InvalidSender(from);
        uint256 available = balanceOf[from];
        if (available < value) revert ERC20InsufficientBalance(from, available, value);
        balanceOf[from] = available - value;
        totalSupply -= value;
        emit Transfer(from, address(0), value);
    }

    /// @dev Takes `value` from what the caller may move out of `from`, unless that is without limit.
    function _spendAllowance(address from, uint256 value) private {
        uint256 available = allowance[from][msg.sender];
        if (available == type(uint256).max) return;
        if (available < value) revert ERC20InsufficientAllowance(msg.sender, available, value);
        allowance[from][msg.sender] = available - value;
    }

    /// @dev Changes the owner and ends any handover that is under way.
    function _setOwner(address newOwner) private {
        address previousOwner = owner;
        owner = newOwner;
        pendingOwner = address(0);
        emit OwnershipTransferred(previousOwner, newOwner);
    }
}
