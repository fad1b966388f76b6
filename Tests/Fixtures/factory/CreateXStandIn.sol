// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// What hyperkit puts on its own devnets where CreateX would be: the same interface for CREATE2 and the same guarding of
/// salts, so that addresses are those that CreateX gives. It is not CreateX and has other code.
contract CreateXStandIn {
    event ContractCreation(address indexed newContract, bytes32 indexed salt);

    error FailedContractCreation(address emitter);
    error InvalidSalt(address emitter);

    function deployCreate2(bytes32 salt, bytes memory initCode) public payable returns (address newContract) {
        bytes32 guarded = guardedSalt(salt);
        assembly ("memory-safe") {
            newContract := create2(callvalue(), add(initCode, 0x20), mload(initCode), guarded)
        }
        if (newContract == address(0) || newContract.code.length == 0) revert FailedContractCreation(address(this));
        emit ContractCreation(newContract, guarded);
    }

    function computeCreate2Address(bytes32 salt, bytes32 initCodeHash) public view returns (address) {
        return computeCreate2Address(salt, initCodeHash, address(this));
    }

    function computeCreate2Address(bytes32 salt, bytes32 initCodeHash, address deployer) public pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", deployer, salt, initCodeHash)))));
    }

    /// The first 20 bytes say who may use a salt, the next whether it is of this chain alone.
    function guardedSalt(bytes32 salt) private view returns (bytes32) {
        address owner = address(bytes20(salt));
        if (owner != msg.sender && owner != address(0)) return keccak256(abi.encode(salt));
        bytes1 flag = salt[20];
        if (flag > 0x01) revert InvalidSalt(address(this));
        if (owner == msg.sender) {
            if (flag == 0x01) return keccak256(abi.encode(owner, block.chainid, salt));
            return keccak256(abi.encode(owner, salt));
        }
        return flag == 0x01 ? keccak256(abi.encode(block.chainid, salt)) : keccak256(abi.encode(salt));
    }
}
