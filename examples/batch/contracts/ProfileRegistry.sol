// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title ProfileRegistry
/// @notice Short texts about accounts by field, written by the accounts themselves.
contract ProfileRegistry {
    uint256 public constant LONGEST = 256;

    mapping(address account => mapping(string field => string text)) private _texts;

    event TextChanged(address indexed account, string field, string text);

    error TooLong(uint256 length);

    function set(string calldata field, string calldata text) external {
        if (bytes(text).length > LONGEST) revert TooLong(bytes(text).length);
        _texts[msg.sender][field] = text;
        emit TextChanged(msg.sender, field, text);
    }

    function textOf(address account, string calldata field) external view returns (string memory) {
        return _texts[account][field];
    }
}
