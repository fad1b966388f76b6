import EthereumTypes

extension Transaction {
    /// Init code and arguments of the contract that it creates, by itself or through a factory; nil where it is no creation.
    package var creation: [UInt8]? {
        guard let to else { return data }
        return Create2Factory.allCases.first { $0.address == to }?.creation(in: data[...])?.initCode
    }
}
