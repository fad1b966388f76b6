import Ethereum
import EthereumTypes
import Model

extension EffectContext {
    /// What a proxy points to in the newest block, which is no older than one that a transaction is known to be in.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - proxy: Its address.
    ///   - block: Since when it is known to point there; nil: not known.
    ///   - network: Where.
    /// - Returns: What its slots, and its beacon, say.
    /// - Throws: As ``now(on:since:_:)``.
    func stateNow(
        _ kind: ProxyKind,
        at proxy: Address,
        since block: UInt64?,
        on network: OpenNetwork
    ) async throws(StepFailure) -> ProxyState {
        try await now(on: network, since: block) { (moment) async throws(StepFailure) in
            try await network.proxyState(kind, at: proxy, since: block, in: moment)
        }
    }
}
