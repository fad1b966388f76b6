package import EthereumTypes

/// What a transaction says of a contract that it is said to have created.
package enum CreationInput: Hashable, Sendable {
    /// It was created with this: init code and arguments.
    case initCode([UInt8])
    /// It created another contract than that at the address.
    case another
    /// It went through a contract that is no factory hyperkit knows, so that its call data does not tell.
    case untold
}

extension CreationInput {
    /// What the contract at an address was created with, by a transaction.
    ///
    /// A creation by CREATE is the transaction itself: at which address that was its receipt says. A factory's is known by the
    /// address, which follows from what the factory is sent (EIP-1014); the same where a Safe calls the factory, alone or
    /// among other calls.
    ///
    /// - Parameters:
    ///   - address: The contract's.
    ///   - to: Who was sent it; nil: nobody.
    ///   - input: With what.
    ///   - sender: Who sent it.
    ///   - deployer: Who is on record for it: the Safe where one called the factory.
    ///   - chainID: CreateX's addresses may depend on it.
    fileprivate init(
        of address: Address,
        to: Address?,
        _ input: [UInt8],
        from sender: Address,
        by deployer: Address?,
        on chainID: ChainID
    ) {
        guard let to else {
            self = .initCode(input)
            return
        }
        for factory in Create2Factory.allCases where factory.address == to {
            guard let made = factory.creation(in: input[...]) else {
                self = .untold
                return
            }
            let isThis = factory.creates(made, by: sender, on: chainID) == address
            self = isThis ? .initCode(made.initCode) : .another
            return
        }
        for factory in Create2Factory.allCases {
            for callData in input.callData(to: factory.address) {
                guard let made = factory.creation(in: callData),
                    factory.creates(made, by: deployer ?? to, on: chainID) == address
                else { continue }
                self = .initCode(made.initCode)
                return
            }
        }
        self = .untold
    }

    package var initCode: [UInt8]? { if case .initCode(let code) = self { code } else { nil } }
}

extension TransactionLookup {
    /// What the contract at an address was created with.
    ///
    /// - Parameters:
    ///   - address: The contract's.
    ///   - deployer: Who is on record for it: the Safe where one called the factory.
    ///   - chainID: CreateX's addresses may depend on it.
    /// - Returns: Init code and arguments, or why they are not told.
    package func creation(of address: Address, by deployer: Address?, on chainID: ChainID) -> CreationInput {
        CreationInput(of: address, to: to, input, from: sender, by: deployer, on: chainID)
    }
}

extension Transaction {
    /// What the contract at an address was created with, where that account sends it.
    package func creation(of address: Address, from sender: Address, on chainID: ChainID) -> CreationInput {
        CreationInput(of: address, to: to, data, from: sender, by: sender, on: chainID)
    }
}

extension Create2Factory {
    /// The address of what it makes of a salt and init code.
    fileprivate func creates(
        _ made: (salt: [UInt8], initCode: [UInt8]),
        by sender: Address,
        on chainID: ChainID
    ) -> Address? {
        effectiveSalt(made.salt, sender: sender, chainID: chainID).map {
            Address.created2(by: address, salt: $0, initCodeHash: Keccak256.hash(made.initCode))
        }
    }
}

extension [UInt8] {
    /// What may be the data of calls to a contract within other call data: as Safe's `multiSend` packs it, and as the first of
    /// the arguments of `execTransaction`.
    fileprivate func callData(to contract: Address) -> [ArraySlice<UInt8>] {
        var found: [ArraySlice<UInt8>] = []
        var rest = self[...]
        while let place = rest.firstRange(of: contract.bytes) {
            rest = self[place.upperBound...]
            // The value stands between the address and the data, or the place of the data.
            let behind = rest.dropFirst(32)
            if let length = behind.abiNumber(at: 0), length <= behind.count - 32 {
                found.append(behind.dropFirst(32).prefix(length))
            }
            let arguments = place.lowerBound - 12
            if arguments >= 0, let data = self[arguments...].abiBytes(at: 64) { found.append(data[...]) }
        }
        return found
    }
}

extension ArraySlice<UInt8> {
    /// The number in the word at an offset; nil where there is none, or where it is larger than any offset can be.
    fileprivate func abiNumber(at offset: Int) -> Int? {
        let word = dropFirst(offset).prefix(32)
        guard word.count == 32, word.prefix(28).allSatisfy({ $0 == 0 }) else { return nil }
        return word.suffix(4).reduce(0) { $0 << 8 | Int($1) }
    }

    /// The `bytes` whose place among arguments is in the word at an offset.
    func abiBytes(at offset: Int) -> [UInt8]? {
        guard let place = abiNumber(at: offset), let length = abiNumber(at: place) else { return nil }
        let bytes = dropFirst(place + 32).prefix(length)
        return bytes.count == length ? Array(bytes) : nil
    }
}
