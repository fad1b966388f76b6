import Ethereum
import Model

/// The keys of keystores that a run has opened: opening one takes a second and a quarter of a gibibyte.
///
/// An actor because the steps that sign share no parent but the run itself.
actor Keyring {
    private var keys: [SignerSpec: Task<Result<PrivateKey, StepFailure>, Never>] = [:]

    /// The key of a signer, from `open` where nobody has asked for it before; one that failed is opened again.
    func key(
        of signer: SignerSpec,
        open: @escaping @Sendable () async throws(StepFailure) -> PrivateKey
    ) async throws(StepFailure) -> PrivateKey {
        let opening =
            keys[signer]
            ?? Task {
                do throws(StepFailure) {
                    return .success(try await open())
                } catch {
                    return .failure(error)
                }
            }
        keys[signer] = opening
        let result = await opening.value
        if case .failure = result, keys[signer] == opening { keys[signer] = nil }
        return try result.get()
    }
}
