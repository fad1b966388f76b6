package import EthereumTypes

extension Transaction {
    /// Init code and arguments of the contract that it creates, by itself or through a factory; nil where it is no creation.
    package var creation: [UInt8]? {
        guard to != nil else { return data }
        return factory?.creation(in: data[...])?.initCode
    }

    /// The factory that it asks; nil where it asks none.
    package var factory: Create2Factory? { Create2Factory.allCases.first { $0.address == to } }
}
