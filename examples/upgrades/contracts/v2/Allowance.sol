// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "../lib/Upgradeable.sol";

/// How much may be asked for at once.
contract Allowance is Upgradeable {
    uint256 public limit;
    uint256 public asked;

    function initialize(address owner_, uint256 limit_) external {
        require(owner == address(0), "initialized already");
        require(owner_ != address(0), "nobody is no owner");
        owner = owner_;
        limit = limit_;
    }

    function setLimit(uint256 limit_) external onlyOwner { limit = limit_; }

    function ask(uint256 amount) external {
        require(amount <= limit, "more than the limit");
        asked += amount;
    }

    function release() external pure returns (uint256) { return 2; }
}
