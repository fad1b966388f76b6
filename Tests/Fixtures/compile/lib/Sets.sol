// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Sets of addresses, and sorted runs of numbers.
library Sets {
    struct Set { address[] members; mapping(address => uint256) places; }
    error Full(uint256 most);
    event Added(address indexed member);
    uint256 internal constant MOST = 100;

    function add(Set storage set, address member) internal returns (bool) {
        if (set.places[member] != 0) return false;
        if (set.members.length >= MOST) revert Full(MOST);
        set.members.push(member);
        set.places[member] = set.members.length;
        emit Added(member);
        return true;
    }

    function has(Set storage set, address member) internal view returns (bool) { return set.places[member] != 0; }

    function sort(uint256[] memory run) external pure returns (uint256[] memory) {
        for (uint256 i = 1; i < run.length; ++i) {
            for (uint256 j = i; j > 0 && run[j] < run[j - 1]; --j) (run[j], run[j - 1]) = (run[j - 1], run[j]);
        }
        return run;
    }
}
