// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";

/// @title Allowlist
/// @notice Accounts that the owner lets in, many at a time.
contract Allowlist is Owned {
    uint256 public constant MOST = 100;

    mapping(address account => bool isAllowed) public isAllowed;

    event Changed(address indexed account, bool isAllowed);

    error TooMany(uint256 count);

    function set(address[] calldata accounts, bool allowed) external onlyOwner {
        if (accounts.length > MOST) revert TooMany(accounts.length);
        for (uint256 i = 0; i < accounts.length; i++) {
            isAllowed[accounts[i]] = allowed;
            emit Changed(accounts[i], allowed);
        }
    }
}
