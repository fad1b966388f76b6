import EthereumTypes
import Model

/// Whether a deployment gets one address on all of its networks.
enum SameAddress {
    /// Where it would be on one network, and what that follows from.
    struct Place: Sendable {
        var network: NetworkSpec
        var address: Address
        /// nil where nobody needs to know.
        var sender: Address?
        /// What the factory is sent.
        var data: [UInt8]
    }

    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `address-differs` with each address and what makes them differ.
    static func check(_ places: [Place], of name: String, _ salt: SaltSpec) throws(StepFailure) {
        guard let first = places.first, places.contains(where: { $0.address != first.address }) else {
            return
        }
        let all = places.sorted { $0.network.name < $1.network.name }
            .map { "\($0.address) on '\($0.network.name)'" }
        let message =
            "'\(name)' would not have the same address on all its networks: \(all.joined(separator: ", ")); "
            + reasons(places, salt).joined(separator: ", and ")
        let hint = "make them the same, or take 'sameAddress' out; nothing was sent"
        throw StepFailure(
            .blocked,
            code: "address-differs",
            message,
            hint: hint,
            diagnostics: [.error("address-differs", message, at: salt.text.location, hint: hint)]
        )
    }

    /// Another network has other code there than `contract` has.
    static func taken(
        _ address: Address,
        on network: NetworkSpec,
        of name: String,
        by contract: String
    ) -> StepFailure {
        StepFailure(
            .blocked,
            code: "address-taken",
            "'\(name)' is to have one address on all its networks, and on '\(network.name)' other code is at "
                + "\(address) than that of \(contract)",
            hint: "change the salt, or take 'sameAddress' out; nothing was sent"
        )
    }

    /// Another network cannot have it there, as `failure` says of its factory.
    static func noFactory(_ failure: StepFailure, of name: String) -> StepFailure {
        StepFailure(
            .blocked,
            code: failure.code,
            "'\(name)' is to have one address on all its networks, and \(failure.message)",
            hint: failure.hint
        )
    }

    private static func reasons(_ places: [Place], _ salt: SaltSpec) -> [String] {
        var reasons: [String] = []
        let senders = Set(places.map(\.sender))
        if salt.factory == .createX, senders.count > 1 {
            let all = places.sorted { $0.network.name < $1.network.name }
                .map { "\($0.sender?.description ?? "?") on '\($0.network.name)'" }
            reasons.append(
                "the senders differ, and CreateX guards the salt by them: \(all.joined(separator: ", "))")
        }
        // Behind salt and selector.
        let code = Set(places.map { Array($0.data.dropFirst(salt.factory == .createX ? 36 : 32)) })
        if code.count > 1 {
            reasons.append("the init code differs, by an argument or by the address of a library")
        }
        if reasons.isEmpty { reasons.append("the salt makes the chain's number count") }
        return reasons
    }
}
