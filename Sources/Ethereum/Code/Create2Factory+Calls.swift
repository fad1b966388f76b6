package import EthereumTypes

/// What is sent to a factory, and what it makes of it.
extension Create2Factory {
    /// The call data that has the factory create a contract; a salt has 32 bytes.
    package func callData(salt: [UInt8], initCode: [UInt8]) -> [UInt8] {
        switch self {
        case .deterministicProxy: return salt + initCode
        case .createX:
            let selector = Array(Keccak256.hash("deployCreate2(bytes32,bytes)".utf8).bytes.prefix(4))
            let padding = [UInt8](repeating: 0, count: (32 - initCode.count % 32) % 32)
            return selector + salt + Self.word(64) + Self.word(UInt64(initCode.count)) + initCode + padding
        }
    }

    /// The salt and the init code that call data has the factory create a contract of; nil where it does something else.
    package func creation(in callData: ArraySlice<UInt8>) -> (salt: [UInt8], initCode: [UInt8])? {
        switch self {
        case .deterministicProxy:
            guard callData.count > 32 else { return nil }
            return (Array(callData.prefix(32)), Array(callData.dropFirst(32)))
        case .createX:
            let head = self.callData(salt: [UInt8](repeating: 0, count: 32), initCode: []).prefix(4)
            guard callData.starts(with: head) else { return nil }
            let words = callData.dropFirst(4)
            guard words.count >= 64, let initCode = words.abiBytes(at: 32) else { return nil }
            return (Array(words.prefix(32)), initCode)
        }
    }

    /// The salt that CREATE2 is given; nil where the factory refuses the one that it is sent.
    ///
    /// CreateX (its `_guard`): where the first 20 bytes are the sender's address, nobody else gets the same address; where
    /// they are zero, anybody does; in both cases byte 20 says whether the chain's number counts (01) or not (00). Any
    /// other salt is hashed.
    package func effectiveSalt(_ salt: [UInt8], sender: Address, chainID: ChainID) -> [UInt8]? {
        switch self {
        case .deterministicProxy: return salt
        case .createX:
            let owner = Array(salt.prefix(20))
            let ofSender: [UInt8]
            if owner == sender.bytes {
                ofSender = [UInt8](repeating: 0, count: 12) + owner
            } else if owner == Address.zero.bytes {
                ofSender = []
            } else {
                return Keccak256.hash(salt).bytes
            }
            switch salt[20] {
            case 0: return Keccak256.hash(ofSender + salt).bytes
            case 1: return Keccak256.hash(ofSender + Self.word(chainID.rawValue) + salt).bytes
            default: return nil
            }
        }
    }

    /// Whether code at the factory's address is the factory's.
    ///
    /// CreateX is known by the hash of its code (`keccak256`, from its repository).
    package func isKnown(_ code: [UInt8]) -> Bool {
        switch self {
        case .deterministicProxy: code == Self.proxyCode
        case .createX:
            Keccak256.hash(code).description
                == "0xbd8a7ea8cfca7b4e5f5041d7d4b17bc317c5ce42cfbc42066a00cf26b43eb53f"
        }
    }

    /// The runtime code of the deterministic-deployment-proxy.
    package static let proxyCode: [UInt8] =
        Hex.decode(
            "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
                + "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
        ) ?? []

    private static func word(_ number: UInt64) -> [UInt8] {
        [UInt8](repeating: 0, count: 24) + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    }
}
