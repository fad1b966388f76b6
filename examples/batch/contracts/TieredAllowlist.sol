// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Owned} from "./lib/Owned.sol";

/// @title TieredAllowlist
/// @notice Tiers of accounts, each with a quota that its members draw from.
contract TieredAllowlist is Owned {
    enum Tier {
        None,
        Basic,
        Plus,
        Unlimited
    }

    mapping(address account => Tier tier) public tierOf;
    mapping(address account => uint256 amount) public drawnBy;

    event TierChanged(address indexed account, Tier tier);
    event Drawn(address indexed account, uint256 amount);

    error OverQuota(uint256 quota, uint256 wanted);

    function setTier(address account, Tier tier) external onlyOwner {
        tierOf[account] = tier;
        emit TierChanged(account, tier);
    }

    function draw(uint256 amount) external {
        uint256 quota = quotaOf(tierOf[msg.sender]);
        uint256 wanted = drawnBy[msg.sender] + amount;
        if (wanted > quota) revert OverQuota(quota, wanted);
        drawnBy[msg.sender] = wanted;
        emit Drawn(msg.sender, amount);
    }

    function quotaOf(Tier tier) public pure returns (uint256) {
        if (tier == Tier.Basic) return 10;
        if (tier == Tier.Plus) return 100;
        return tier == Tier.Unlimited ? type(uint256).max : 0;
    }
}
