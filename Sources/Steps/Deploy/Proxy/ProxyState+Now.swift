import Ethereum
import EthereumTypes
import Model

extension EffectContext {
    /// What a proxy points to in the newest block, which is no older than one that a transaction is known to be in.
    ///
    /// The block is asked for by its number. A node that lags behind has no answer to that, where for the latest block it
    /// would give an old one; so what is there is known at once, and only a node that has not got the block is waited for.
    ///
    /// - Parameters:
    ///   - kind: What it is.
    ///   - proxy: Its address.
    ///   - block: Since when it is known to point there; nil: not known.
    ///   - network: Where.
    /// - Returns: What its slots, and its beacon, say.
    /// - Throws: ``StepFailure``, coded `missing-block` where no node had the block in a minute.
    func stateNow(
        _ kind: ProxyKind,
        at proxy: Address,
        since block: UInt64?,
        on network: OpenNetwork
    ) async throws(StepFailure) -> ProxyState {
        let head = max(try await network.height(.latest), block ?? 0)
        var missing: StepFailure?
        let state = try await untilSeen { () async throws(StepFailure) -> ProxyState? in
            do throws(StepFailure) {
                return try await network.proxyState(kind, at: proxy, since: block, in: .number(head))
            } catch {
                guard error.code == StepFailure.missingBlock else { throw error }
                missing = error
                return nil
            }
        }
        guard let state else { throw missing ?? .cancelled }
        return state
    }
}
