// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title Registry
/// @notice Where the contracts of this project are, by name.
contract Registry {
    /// @notice Who may change entries.
    address public immutable owner;

    /// @notice How many names have an entry.
    uint256 public count;

    mapping(bytes32 key => address target) private _entries;

    event Registered(string name, address indexed target);

    error NotOwner(address caller);
    error NoTarget(string name);

    constructor() {
        owner = msg.sender;
    }

    /// @notice Names a contract, or gives the name to another one.
    function register(string calldata name, address target) external {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        if (target == address(0)) revert NoTarget(name);
        bytes32 key = keccak256(bytes(name));
        if (_entries[key] == address(0)) count++;
        _entries[key] = target;
        emit Registered(name, target);
    }

    /// @notice The contract of that name; reverts where there is none.
    function find(string calldata name) external view returns (address target) {
        target = _entries[keccak256(bytes(name))];
        if (target == address(0)) revert NoTarget(name);
    }
}
