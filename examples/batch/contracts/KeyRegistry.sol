// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title KeyRegistry
/// @notice Public keys by account, with every earlier one kept.
contract KeyRegistry {
    mapping(address account => bytes[] keys) private _keys;

    event KeyAdded(address indexed account, uint256 indexed version, bytes key);

    error NoKey(address account);
    error EmptyKey();

    function add(bytes calldata key) external {
        if (key.length == 0) revert EmptyKey();
        _keys[msg.sender].push(key);
        emit KeyAdded(msg.sender, _keys[msg.sender].length, key);
    }

    function current(address account) external view returns (bytes memory) {
        uint256 count = _keys[account].length;
        if (count == 0) revert NoKey(account);
        return _keys[account][count - 1];
    }

    function version(address account) external view returns (uint256) {
        return _keys[account].length;
    }
}
