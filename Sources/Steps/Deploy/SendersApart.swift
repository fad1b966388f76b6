import Ethereum
import EthereumTypes
import Model

/// Shards run at the same time, each elsewhere: no lock keeps them apart, so that no two may send from one account.
extension EffectContext {
    /// Makes sure that an account is none of those that other shards send from, as far as these are told here.
    ///
    /// The manifest's words have put what they tell into one shard. Here the account is known, and so are those of the other
    /// signers whose keys are variables or files that this machine has too, or whose keystores name them. No program is run for it,
    /// and no keystore opened.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `shared-account`.
    func requireApart(_ sender: Address, on network: OpenNetwork) async throws(StepFailure) {
        guard !network.spec.isDevnet else { return }
        for other in (apart[network.spec.chainID] ?? []).sorted(by: { $0.name < $1.name })
        where await toldAddress(of: other) == sender {
            throw StepFailure(
                .blocked,
                code: "shared-account",
                "signer '\(other.name)' sends in another shard on the chain of '\(network.spec.name)', and it is the account "
                    + "\(sender), which sends in this one: two machines would use the same nonces",
                hint:
                    "say the account beside both keys (address: \"\(sender)\"), so that one shard has all that it sends; nothing was sent"
            )
        }
    }

    /// The address of a signer, where it is told without a program or a password; nil where it is not.
    private func toldAddress(of spec: SignerSpec) async -> Address? {
        if let address = spec.address { return address }
        switch spec.form {
        case .key(.command), .remote, .address, .safe: return nil
        case .key(.environment), .key(.file): return try? await address(of: spec)
        case .keystore(let path, _): return try? secrets.keystore(path, for: "signer '\(spec.name)'").address
        }
    }
}
