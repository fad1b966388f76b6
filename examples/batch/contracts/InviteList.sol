// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// @title InviteList
/// @notice Members invite new ones; each has three invitations, and who invited whom is kept.
contract InviteList {
    uint256 public constant INVITATIONS = 3;

    mapping(address account => address inviter) public inviterOf;
    mapping(address account => uint256 count) public invitedBy;

    event Invited(address indexed inviter, address indexed account);

    error NotMember(address account);
    error AlreadyMember(address account);
    error NoneLeft(address account);

    constructor() {
        inviterOf[msg.sender] = msg.sender;
    }

    function invite(address account) external {
        if (inviterOf[msg.sender] == address(0)) revert NotMember(msg.sender);
        if (inviterOf[account] != address(0)) revert AlreadyMember(account);
        if (invitedBy[msg.sender] == INVITATIONS) revert NoneLeft(msg.sender);
        invitedBy[msg.sender]++;
        inviterOf[account] = msg.sender;
        emit Invited(msg.sender, account);
    }
}
