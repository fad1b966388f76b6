import Foundation
import Model

/// The right to change a network from one state directory: one process at a time, so that nonces and chains have one writer.
enum NetworkLock {
    /// Takes it; a devnet that starts empty belongs to its run alone and needs none.
    ///
    /// - Throws: ``StepFailure`` coded `state-locked` that names who has it.
    static func take(
        _ network: NetworkSpec,
        in stateDirectory: String,
        world: World
    ) throws(StepFailure) -> (any Sendable)? {
        if case .devnet(.ephemeral, _) = network.chain { return nil }
        let path = "\(stateDirectory)/networks/\(network.name).lock"
        do throws(FileError) {
            if let lock = try FileLock.take(path, .exclusive, as: FileLock.owner(world)) { return lock }
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
            "network '\(network.name)' is in use by another run: \(FileLock.holder(of: path))",
            hint: "wait for it, then run again"
        )
    }
}
