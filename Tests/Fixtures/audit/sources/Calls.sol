// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// Runs anyone's code, and does not look at results.
contract Careless {
    address public module;
    uint256 public count;

    function run(address target, bytes calldata data) external returns (bytes memory) {
        (bool done, bytes memory result) = target.delegatecall(data);
        require(done, "failed");
        return result;
    }

    function setModule(address next) external {
        module = next;
    }

    fallback() external payable {
        address target = module;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            if iszero(done) { revert(0, 0) }
        }
    }

    function drop(address payable to) external payable {
        to.send(msg.value);
        to.call("");
    }

    function forget(address to, bytes calldata data) external {
        (bool done, bytes memory result) = to.call(data);
        count += result.length;
        (, bytes memory other) = to.staticcall(data);
        count += other.length;
    }

    function login(address user) external view returns (bool) {
        require(tx.origin == user, "not the origin");
        return true;
    }
}

/// Runs its own code only, and looks at every result.
contract Careful {
    address private immutable logic;
    address private constant FIXED = 0x0000000000000000000000000000000000000004;
    address private admin;
    address private upgradeable;
    uint256 public count;

    constructor(address code) {
        logic = code;
        admin = msg.sender;
    }

    modifier onlyAdmin() {
        require(admin == msg.sender, "not the admin");
        _;
    }

    function run(bytes calldata data) external {
        (bool done,) = logic.delegatecall(data);
        require(done, "failed");
        (done,) = FIXED.delegatecall(data);
        if (!done) {
            revert("failed");
        }
    }

    function upgrade(address next) external onlyAdmin {
        upgradeable = next;
    }

    function runUpgradeable(bytes calldata data) external {
        (bool done,) = upgradeable.delegatecall(data);
        require(done, "failed");
    }

    function pay(address payable to) external payable returns (bool done) {
        (done,) = to.call{value: msg.value}("");
    }

    function ping(address to) external returns (bool) {
        (bool done, bytes memory result) = to.call("");
        if (done) {
            count = result.length;
        }
        return to.code.length > 0;
    }

    function onlyPeople() external view {
        require(tx.origin == msg.sender, "a contract calls");
    }
}
