import EthereumTypes
package import Model

extension PlannedChain {
    /// A chain whose block 0 has the hash of a word; nil: nobody asked for it.
    ///
    /// - Precondition: `number` is not 0.
    package static func numbered(_ number: UInt64, as network: String, block0 word: String?) -> PlannedChain {
        guard let chainID = ChainID(number) else { preconditionFailure("a chain id is never 0") }
        return PlannedChain(
            network: network, chainID: chainID, genesis: word.map { Keccak256.hash($0.utf8) })
    }
}
