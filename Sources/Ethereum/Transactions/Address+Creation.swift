package import EthereumTypes

extension Address {
    /// The contract that `sender` creates with its transaction number `nonce` (CREATE).
    package static func created(by sender: Address, nonce: UInt64) -> Address {
        Address(hashTail: Keccak256.hash(RLP.encode(.list([.bytes(sender.bytes), .integer(nonce)]))))
    }

    /// The contract that `factory` creates with a salt (CREATE2, EIP-1014).
    ///
    /// - Precondition: The salt has 32 bytes.
    package static func created2(by factory: Address, salt: [UInt8], initCodeHash: Hash) -> Address {
        precondition(salt.count == 32, "a salt has 32 bytes")
        return Address(hashTail: Keccak256.hash([0xff] + factory.bytes + salt + initCodeHash.bytes))
    }
}
