// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";
import {Payments} from "./lib/Payments.sol";

/// @title WaterfallSplitter
/// @notice Fills one claim after the other, in the order they were made; what is left over is the owner's.
contract WaterfallSplitter is Owned, Payments {
    struct Claim {
        address account;
        uint256 open;
    }

    Claim[] public claims;
    uint256 public next;

    event ClaimAdded(address indexed account, uint256 amount);
    event Filled(uint256 indexed claim, uint256 amount);

    function add(address account, uint256 amount) external onlyOwner {
        claims.push(Claim(account, amount));
        emit ClaimAdded(account, amount);
    }

    function pay() external payable {
        uint256 left = msg.value;
        uint256 at = next;
        while (left > 0 && at < claims.length) {
            Claim storage claim = claims[at];
            uint256 part = left < claim.open ? left : claim.open;
            claim.open -= part;
            left -= part;
            owedTo[claim.account] += part;
            emit Filled(at, part);
            if (claim.open == 0) at++;
        }
        next = at;
        owedTo[owner] += left;
    }
}
