// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Points
/// @notice An ERC-20 token that its minters can mint and its holders can burn.
/// @dev Written by hyperkit from its `erc20` template: change the options in the manifest, not this file.
contract Points {
    /// @notice The name of the token.
    string public constant name = "Points";

    /// @notice The short name of the token.
    string public constant symbol = "PTS";

    /// @notice How many decimal places a whole token has.
    uint8 public constant decimals = 0;

    /// @notice The role whose holders grant and revoke every role, this one included.
    bytes32 public constant DEFAULT_ADMIN_ROLE = 0x00;

    /// @notice The role whose holders may mint.
    bytes32 public constant MINTER_ROLE = keccak256("MINTER_ROLE");

    /// @notice How many base units exist.
    uint256 public totalSupply;

    /// @notice How many base units an account holds.
    mapping(address account => uint256 amount) public balanceOf;

    /// @notice How many base units a spender may still move out of an account; the largest value means without limit.
    mapping(address account => mapping(address spender => uint256 amount)) public allowance;

    /// @notice Whether an account has a role.
    mapping(bytes32 role => mapping(address account => bool isHeld)) public hasRole;

    /// @notice Base units moved; out of the zero address when they were minted, into it when they were burned.
    event Transfer(address indexed from, address indexed to, uint256 value);

    /// @notice An account set what a spender may move.
    event Approval(address indexed owner, address indexed spender, uint256 value);

    /// @notice An account was given a role.
    event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender);

    /// @notice An account lost a role or gave it up.
    event RoleRevoked(bytes32 indexed role, address indexed account, address indexed sender);

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

    /// @notice The caller does not have the role.
    error MissingRole(address caller, bytes32 role);

    /// @notice A role cannot be given to this account.
    error InvalidRoleHolder(address account);

    /// @dev Lets only holders of `role` pass.
    modifier onlyRole(bytes32 role) {
        if (!hasRole[role][msg.sender]) revert MissingRole(msg.sender, role);
        _;
    }

    /// @notice Makes the deployer the admin and a minter.
    constructor() {
        _grantRole(DEFAULT_ADMIN_ROLE, msg.sender);
        _grantRole(MINTER_ROLE, msg.sender);
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
    /// @param value How many base units.
    function mint(address to, uint256 value) external onlyRole(MINTER_ROLE) {
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

    /// @notice Gives a role to an account; nothing happens where it has it.
    /// @param role The role.
    /// @param account Who gets it; not the zero address.
    function grantRole(bytes32 role, address account) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (account == address(0)) revert InvalidRoleHolder(account);
        _grantRole(role, account);
    }

    /// @notice Takes a role from an account; nothing happens where it has it not.
    /// @param role The role.
    /// @param account Who loses it.
    function revokeRole(bytes32 role, address account) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _revokeRole(role, account);
    }

    /// @notice Gives up a role of the caller. When the last admin does so, roles stay as they are for ever.
    /// @param role The role.
    function renounceRole(bytes32 role) external {
        _revokeRole(role, msg.sender);
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

    /// @dev Gives a role; the caller has checked that it may.
    function _grantRole(bytes32 role, address account) private {
        if (hasRole[role][account]) return;
        hasRole[role][account] = true;
        emit RoleGranted(role, account, msg.sender);
    }

    /// @dev Takes a role; the caller has checked that it may.
    function _revokeRole(bytes32 role, address account) private {
        if (!hasRole[role][account]) return;
        hasRole[role][account] = false;
        emit RoleRevoked(role, account, msg.sender);
    }
}
