// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Readings, and the register of those who may be meant by them.
contract Gauge {
    address public register;
    uint256 public latest;

    event Read(uint256 value);

    function initialize(address register_) external {
        require(register == address(0), "initialized already");
        require(register_ != address(0), "there is no register");
        register = register_;
    }

    function read(uint256 value) external {
        latest = value;
        emit Read(value);
    }

    function release() external pure returns (uint256) { return 1; }
}
