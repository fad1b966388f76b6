import Ethereum
import EthereumTypes
import Model

/// Finds out which endpoints of a network answer, and that each that does is the chain that the manifest means.
struct EndpointCheck: Sendable {
    let world: World
    let secrets: SecretReader
    let spec: NetworkSpec

    struct Checked: Sendable {
        let endpoints: NetworkEndpoints
        let genesis: Hash
        /// The newest block that any of them has; nil where none said it.
        let head: UInt64?
        /// Of each endpoint that is done without.
        let notes: [Diagnostic]
    }

    /// An endpoint and what it said.
    private struct Answer: Sendable {
        let index: Int
        let name: String
        let said: Result<(door: NodeDoor, origin: ChainOrigin, head: UInt64?), StepFailure>
    }

    /// Asks all of them at once.
    ///
    /// - Throws: ``StepFailure`` coded `wrong-chain` where one is another chain; `network-unavailable`, or why the only
    ///   one failed, where none answers.
    func run(_ endpoints: [NetworkSpec.Endpoint]) async throws(StepFailure) -> Checked {
        let answers = await withTaskGroup(of: Answer.self) { group in
            for (index, endpoint) in endpoints.enumerated() {
                group.addTask {
                    await ask(endpoint, index, endpoints.count == 1 ? .usual : .amongOthers)
                }
            }
            var answers: [Answer] = []
            for await answer in group { answers.append(answer) }
            return answers.sorted { $0.index < $1.index }
        }
        let good = answers.compactMap { try? $0.said.get() }
        for (door, origin, _) in good { try checkNumber(origin, door, of: endpoints.count) }
        guard let (first, origin, _) = good.first else { throw noneAnswers(answers) }
        for (door, other, _) in good.dropFirst() where other != origin {
            throw StepFailure(
                .blocked,
                code: "wrong-chain",
                "\(first.name) and \(door.name) of network '\(spec.name)' are two chains: block 0 is "
                    + "\(origin.genesis.short) and \(other.genesis.short)",
                hint: "take the wrong one out of 'rpc' in the manifest; nothing was sent"
            )
        }
        return Checked(
            endpoints: NetworkEndpoints(good.map(\.door), blockTime: spec.blockTime, world: world),
            genesis: origin.genesis,
            head: good.compactMap(\.head).max(),
            notes: answers.compactMap(note)
        )
    }

    private func ask(
        _ endpoint: NetworkSpec.Endpoint,
        _ index: Int,
        _ patience: NetworkEndpoints.Patience
    ) async -> Answer {
        let name = NodeDoor.name(endpoint, index)
        do throws(StepFailure) {
            let door = NodeDoor(
                index: index,
                name: name,
                url: try await url(of: endpoint),
                perSecond: spec.requestsPerSecond,
                world: world
            )
            let alone = NetworkEndpoints([door], patience: patience, world: world).rpc
            do throws(RPCFailure) {
                let (origin, head) = try await alone.opening()
                return Answer(index: index, name: name, said: .success((door, origin, head)))
            } catch {
                throw StepFailure(error, on: spec)
            }
        } catch {
            return Answer(index: index, name: name, said: .failure(error))
        }
    }

    private func url(of endpoint: NetworkSpec.Endpoint) async throws(StepFailure) -> Secret {
        switch endpoint {
        case .url(let text): Secret(text)
        case .secret(let reference): try await secrets.url(reference, for: "network '\(spec.name)'")
        }
    }

    private func checkNumber(
        _ origin: ChainOrigin,
        _ door: NodeDoor,
        of count: Int
    ) throws(StepFailure) {
        guard origin.chainID != spec.chainID else { return }
        let who = count == 1 ? "the node" : door.name
        throw StepFailure(
            .blocked,
            code: "wrong-chain",
            "network '\(spec.name)' should have chain id \(spec.chainID), \(who) says \(origin.chainID)",
            hint: "mend 'chainId' or 'rpc' in the manifest; nothing was sent"
        )
    }

    private func note(_ answer: Answer) -> Diagnostic? {
        guard case .failure(let failure) = answer.said else { return nil }
        return Diagnostic(
            .warning,
            "endpoint-left-out",
            "\(answer.name) of network '\(spec.name)' is done without: \(reason(failure))",
            at: spec.location
        )
    }

    /// Why the network cannot be used: what its only endpoint says, else what each of them says.
    private func noneAnswers(_ answers: [Answer]) -> StepFailure {
        let failures = answers.compactMap { answer -> (name: String, failure: StepFailure)? in
            guard case .failure(let failure) = answer.said else { return nil }
            return (answer.name, failure)
        }
        if let cancelled = failures.first(where: { $0.failure.kind == .cancelled }) {
            return cancelled.failure
        }
        let reachable = failures.filter { $0.failure.kind != .environment }
        guard failures.count > 1, let first = reachable.first ?? failures.first, !reachable.isEmpty else {
            return failures.first.map { skippable($0.failure) }
                ?? StepFailure(code: "network-unavailable", "network '\(spec.name)' names no endpoint")
        }
        return skippable(
            StepFailure(
                code: "network-unavailable",
                "none of the \(failures.count) endpoints of network '\(spec.name)' can be used: "
                    + failures.map { "\($0.name): \(reason($0.failure))" }.joined(separator: "; "),
                hint: first.failure.hint
            )
        )
    }

    /// What is wrong with one endpoint, without the network's name: whoever says it has said that.
    private func reason(_ failure: StepFailure) -> String {
        let name = "network '\(spec.name)'"
        let start = ["\(name) cannot be used: ", "\(name): ", "\(name) "].first(
            where: failure.message.hasPrefix)
        return String(failure.message.dropFirst(start?.count ?? 0))
    }

    /// The same failure, of a kind that lets the run go on without the network where the manifest says so.
    private func skippable(_ failure: StepFailure) -> StepFailure {
        guard spec.onUnavailable == .skip, failure.kind == .failed else { return failure }
        var skipped = failure
        skipped.kind = .unavailable
        return skipped
    }
}
