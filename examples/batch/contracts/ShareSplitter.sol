// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";
import {Payments} from "./lib/Payments.sol";
import {Shares} from "./lib/Shares.sol";

/// @title ShareSplitter
/// @notice Splits what it is sent between a partner and the owner, by a share that the owner sets.
contract ShareSplitter is Owned, Payments {
    address public partner;
    uint256 public points;

    event PartnerChanged(address indexed partner, uint256 points);
    event Split(uint256 toPartner, uint256 toOwner);

    error TooManyPoints(uint256 points);
    error NoPartner();

    function setPartner(address account, uint256 newPoints) external onlyOwner {
        if (account == address(0)) revert NoPartner();
        if (newPoints > Shares.WHOLE) revert TooManyPoints(newPoints);
        partner = account;
        points = newPoints;
        emit PartnerChanged(account, newPoints);
    }

    receive() external payable {
        uint256 toPartner = partner == address(0) ? 0 : Shares.part(msg.value, points);
        owedTo[partner] += toPartner;
        owedTo[owner] += msg.value - toPartner;
        emit Split(toPartner, msg.value - toPartner);
    }
}
