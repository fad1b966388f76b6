import EthereumTypes
import Foundation
import Model

/// The right to change a network from one state directory: one process at a time, so that nonces and chains have one writer.
enum NetworkLock {
    /// Takes it; a devnet that starts empty belongs to its run alone and needs none.
    ///
    /// - Parameters:
    ///   - network: Which.
    ///   - genesis: The hash of its block 0, where the chain is to be held whatever its name is; nil: its name is.
    ///   - stateDirectory: Where the locks are.
    ///   - world: Whose process it is.
    /// - Returns: What holds it; nil where nothing has to.
    /// - Throws: ``StepFailure`` coded `state-locked` that names who has it.
    static func take(
        _ network: NetworkSpec,
        _ genesis: Hash? = nil,
        in stateDirectory: String,
        world: World
    ) throws(StepFailure) -> (any Sendable)? {
        if case .devnet(.ephemeral, _) = network.chain { return nil }
        // No name of a network begins with a digit.
        let name = genesis.map { "\(network.chainID)-\($0)" } ?? network.name
        let path = "\(stateDirectory)/networks/\(name).lock"
        let owner = FileLock.owner(world) + (genesis == nil ? "" : ", as network '\(network.name)'")
        do throws(FileError) {
            if let lock = try FileLock.take(path, .exclusive, as: owner) { return lock }
        } catch {
            throw StepFailure(
                .environment,
                code: "state-io",
                "the state directory cannot be used: \(error)",
                hint: error.remedy
            )
        }
        throw StepFailure(
            .environment,
            code: "state-locked",
            "\(genesis == nil ? "" : "the chain of ")network '\(network.name)' is in use by another run: "
                + FileLock.holder(of: path),
            hint: "wait for it, then run again"
        )
    }
}
