package import Engine
import Ethereum
import EthereumTypes
import Ledger
package import Model

/// What earlier runs signed and no step of this run asked for.
///
/// It has its nonce, so that a run has to send it again where something comes behind it, and it may come into a block at any time.
/// What no manifest has any more is taken to its end here, as its step would, but for its signature: nothing is signed anew. What
/// another run has the step of is left to that. All of it is said.
package struct LeftOperations: Sendable {
    let context: EffectContext
    /// The networks that the run changes, by name.
    let networks: [String]
    /// Every step that the manifest has, on whatever network; asked for where something is found, nil where that is not known.
    let wanted: @Sendable () -> Set<StepID>?
    /// The compile steps of the run.
    let compile: [StepID]

    package init(
        _ context: EffectContext,
        networks: [String],
        wanted: @escaping @Sendable () -> Set<StepID>?,
        compile: [StepID]
    ) {
        self.context = context
        self.networks = networks
        self.wanted = wanted
        self.compile = compile
    }

    /// Takes to its end what blocks have of it, when the steps of the run have theirs.
    ///
    /// - Parameter inputs: What the compile steps stored.
    /// - Returns: What became of each.
    package func settled(_ inputs: StepInputs) async -> [Fact] {
        var facts: [Fact] = []
        for name in networks {
            guard let network = await context.hub.opened(name) else { continue }
            do throws(StepFailure) {
                let unasked = try await unasked(on: network)
                let steps = unasked.isEmpty ? nil : wanted()
                for operation in unasked {
                    facts += await told(
                        operation, isWanted: isWanted(operation, in: steps), inputs, on: network)
                }
            } catch {
                facts.append(.note(LeftWords.unknown(on: name, error)))
            }
        }
        return facts
    }

    /// What a run of some steps would find, by network and age; sends and writes nothing.
    ///
    /// Of the steps themselves that is what no block has: it is sent again as it was signed, whatever the manifest says by now.
    package func foreseen(by steps: Set<StepID>) async -> [LeftOperation] {
        var left: [LeftOperation] = []
        for name in networks {
            guard let network = await context.hub.opened(name),
                let open = try? context.ledger.signedOperations(
                    on: network.spec.chainID, genesisHash: network.genesis)
            else { continue }
            let found = open.filter { operation in
                let isAsked = isOurs(operation, on: network) && steps.contains(operation.intent.step)
                return !isAsked || operation.state != .included
            }
            let all = found.isEmpty ? nil : wanted()
            left += found.map { operation in
                let isAsked = isOurs(operation, on: network) && steps.contains(operation.intent.step)
                return LeftOperation(
                    operation,
                    LeftWords(
                        operation, isWanted: isAsked || isWanted(operation, in: all), isAsked: isAsked,
                        context.project))
            }
        }
        return left
    }

    // MARK: Found

    /// What a lane of the run has that was not asked for, and what is open of the project in lanes that the run has not.
    private func unasked(on network: OpenNetwork) async throws(StepFailure) -> [ChainOperation] {
        var found: Set<ChainOperation.ID> = []
        for lane in await context.hub.lanes(on: network) { found.formUnion(await lane.unasked) }
        let open = try inLedger { () throws(LedgerError) in
            try context.ledger.signedOperations(on: network.spec.chainID, genesisHash: network.genesis)
        }
        for operation in open where isOurs(operation, on: network) {
            let lane = await context.hub.lane(of: operation.intent.sender, on: network)
            if lane == nil { found.insert(operation.id) }
        }
        return try inLedger { () throws(LedgerError) in
            var operations: [ChainOperation] = []
            for id in found.sorted() { operations.append(try context.ledger.operation(id)) }
            return operations
        }
    }

    private func isOurs(_ operation: ChainOperation, on network: OpenNetwork) -> Bool {
        operation.intent.project == context.project && operation.intent.network == network.spec.name
    }

    /// Whether another run takes it to its end.
    private func isWanted(_ operation: ChainOperation, in steps: Set<StepID>?) -> Bool {
        guard operation.intent.project == context.project else { return true }
        return steps?.contains(operation.intent.step) ?? true
    }

    // MARK: Ended

    private func told(
        _ operation: ChainOperation,
        isWanted: Bool,
        _ inputs: StepInputs,
        on network: OpenNetwork
    ) async -> [Fact] {
        guard !isWanted, [.signed, .sent, .included].contains(operation.state) else {
            return [.note(LeftWords(operation, isWanted: isWanted, context.project).note())]
        }
        do throws(StepFailure) {
            let settlement = try await settlement(of: operation, on: network)
            let recording = LeftRecording(
                context: context, network: network, compile: compile, inputs: inputs)
            let fact = try await recording.record(settlement)
            let left = try stored(operation)
            let words = LeftWords(left, isWanted: false, context.project)
            return [fact, .note(words.note(because: settlement.stranded))]
        } catch {
            let left = (try? stored(operation)) ?? operation
            return [.note(LeftWords(left, isWanted: false, context.project).note(because: error))]
        }
    }

    private func stored(_ operation: ChainOperation) throws(StepFailure) -> ChainOperation {
        try inLedger { () throws(LedgerError) in try context.ledger.operation(operation.id) }
    }

    /// The operation, in a block that is deep enough.
    ///
    /// - Throws: ``StepFailure`` where no block has it, or it came to another end.
    private func settlement(
        of operation: ChainOperation,
        on network: OpenNetwork
    ) async throws(StepFailure) -> Settlement {
        let lane = try await context.lane(of: operation.intent.sender, on: network)
        for await notice in await lane.watch(operation.id) {
            switch notice {
            case .confirmed(let operation): return Settlement(operation: operation)
            case .stranded(let operation, let failure):
                return Settlement(operation: operation, stranded: failure)
            case .failed(let failure): throw failure
            case .placed, .included, .said, .warned: continue
            }
        }
        throw .cancelled
    }
}

/// What an earlier run signed and a run that is planned finds.
package struct LeftOperation: Sendable {
    package let step: StepID
    package let network: String
    package let run: String
    package let nonce: UInt64?
    package let transactionHash: String?
    package let valueWei: String
    package let state: String
    /// What is to be known of it.
    package let note: Diagnostic

    init(_ operation: ChainOperation, _ words: LeftWords) {
        step = operation.intent.step
        network = operation.intent.network
        run = operation.intent.run
        nonce = operation.nonce
        transactionHash = operation.attempts.last?.hash.description
        valueWei = operation.intent.value.description
        state = operation.state.rawValue
        note = words.note()
    }
}
