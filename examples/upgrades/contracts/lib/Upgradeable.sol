// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// What a contract behind a uups proxy has: whoever owns it may have the proxy run other code (ERC-1822).
abstract contract Upgradeable {
    // keccak256("eip1967.proxy.implementation") - 1
    bytes32 private constant IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    address private immutable self = address(this);

    address public owner;

    event Upgraded(address indexed implementation);

    error NotOwner(address caller);
    error NoCode(address next);
    error NotAProxy();

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    function proxiableUUID() external view returns (bytes32) {
        if (address(this) != self) revert NotAProxy();
        return IMPLEMENTATION;
    }

    function upgradeToAndCall(address next, bytes calldata data) external payable onlyOwner {
        if (address(this) == self) revert NotAProxy();
        if (next.code.length == 0) revert NoCode(next);
        assembly {
            sstore(IMPLEMENTATION, next)
        }
        emit Upgraded(next);
        if (data.length == 0) return;
        (bool success,) = next.delegatecall(data);
        require(success, "the call behind the upgrade failed");
    }
}
