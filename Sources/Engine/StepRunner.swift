package import Foundation
package import Model

/// Performs what steps do.
///
/// The engine decides when, reuses what it can and keeps what comes out; a runner knows tools and chains.
package protocol StepRunner<Work>: Sendable {
    associatedtype Work: Sendable

    /// Whether a step is an effect: it has no fingerprint, and nobody looks for a result of it.
    func isEffect(_ step: Plan<Work>.Step) -> Bool

    /// What decides whether a stored result may stand in; nil for an effect, which is never served from a cache.
    ///
    /// - Throws: ``StepFailure`` where it cannot be told, such as a tool that is missing.
    func fingerprint(
        of step: Plan<Work>.Step,
        inputs: StepInputs
    ) async throws(StepFailure) -> Fingerprint?

    /// Does the work; `progress` hears where the step is.
    ///
    /// - Throws: ``StepFailure``; ``StepFailure/cancelled`` when the run is being torn down.
    func perform(
        _ step: Plan<Work>.Step,
        inputs: StepInputs,
        progress: StepProgress
    ) async throws(StepFailure) -> Performed

    /// With which other steps that wait the work can be done together; nil: it is done alone.
    func batch(of step: Plan<Work>.Step) -> Batch?

    /// Does the work of steps of one ``Batch`` together, each with the result that it would have alone.
    ///
    /// - Returns: A result for each of `members`, in their order.
    func perform(together members: [Performing<Work>]) async -> [Result<Performed, StepFailure>]

    /// What the outputs say, be they new or reused: a pure function of them and of the step.
    func interpret(
        _ step: Plan<Work>.Step,
        inputs: StepInputs,
        outputs: StoredOutputs
    ) async throws(StepFailure) -> Interpretation
}

extension StepRunner {
    package func isEffect(_ step: Plan<Work>.Step) -> Bool { false }

    package func batch(of step: Plan<Work>.Step) -> Batch? { nil }

    package func perform(together members: [Performing<Work>]) async -> [Result<Performed, StepFailure>] {
        var results: [Result<Performed, StepFailure>] = []
        for member in members {
            do throws(StepFailure) {
                results.append(
                    .success(try await perform(member.step, inputs: member.inputs, progress: member.progress))
                )
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }
}

/// Steps with equal batches can be done together.
package struct Batch: Hashable, Sendable {
    /// What they must have in common, such as a compiler with its settings.
    package let key: String
    /// The most steps of one batch, at least 1.
    package let most: Int

    /// - Precondition: `most` is at least 1.
    package init(key: String, most: Int) {
        precondition(most >= 1, "a batch has room for at least 1 step (was \(most))")
        self.key = key
        self.most = most
    }
}

/// A step of a batch with what it works on.
package struct Performing<Work: Sendable>: Sendable {
    package let step: Plan<Work>.Step
    package let inputs: StepInputs
    package let progress: StepProgress

    package init(
        step: Plan<Work>.Step,
        inputs: StepInputs,
        progress: StepProgress = StepProgress()
    ) {
        self.step = step
        self.inputs = inputs
        self.progress = progress
    }
}

/// What a runner gives back.
package struct Performed: Sendable {
    package struct NewOutput: Sendable {
        package let name: String
        package let bytes: Data

        package init(name: String, bytes: Data) {
            self.name = name
            self.bytes = bytes
        }
    }

    package var outputs: [NewOutput]
    /// An effect that was there already: the step counts as reused.
    package var isReuse: Bool
    /// Whether the outputs may stand in for another run; not where they depend on more than the fingerprint says, such as
    /// an input that changed while the work went on.
    package var isReusable: Bool
    /// What people must do before an effect is there; nil where it is.
    package var waitsFor: StepFailure?
    /// Why an effect was done or kept; empty for pure work, where the engine knows.
    package var reason: String

    package init(
        outputs: [NewOutput],
        isReuse: Bool = false,
        isReusable: Bool = true,
        waitsFor: StepFailure? = nil,
        reason: String = ""
    ) {
        self.outputs = outputs
        self.isReuse = isReuse
        self.isReusable = isReusable
        self.waitsFor = waitsFor
        self.reason = reason
    }
}

/// What outputs say of the step.
package struct Interpretation: Sendable {
    package var facts: [Fact]
    /// Why a policy does not let it pass; nil where it does.
    package var refusal: String?

    package init(facts: [Fact], refusal: String? = nil) {
        self.facts = facts
        self.refusal = refusal
    }
}

/// The outputs of one step in the content store.
package struct StoredOutputs: Sendable {
    package let outputs: [Output]
    fileprivate let load: @Sendable (Digest) throws(StepFailure) -> Data

    package init(_ outputs: [Output], load: @escaping @Sendable (Digest) throws(StepFailure) -> Data) {
        self.outputs = outputs
        self.load = load
    }

    /// The digest of an output by name; nil where the step has none of that name.
    package func digest(_ name: String) -> Digest? { outputs.first { $0.name == name }?.digest }

    /// The verified bytes of an output.
    ///
    /// - Throws: ``StepFailure`` coded `lost-output` where it is not there or damaged.
    package func bytes(_ name: String) throws(StepFailure) -> Data {
        guard let digest = digest(name) else {
            throw StepFailure(code: "lost-output", "there is no output '\(name)'")
        }
        return try load(digest)
    }
}

/// The outputs of the steps that a step needs.
package struct StepInputs: Sendable {
    /// Most steps need few others: these are looked through, which costs less than a table of them.
    private static let few = 8

    private let given: [(step: StepID, outputs: [Output])]
    /// Where each is; empty where there are few.
    private let places: [StepID: Int]
    private let load: @Sendable (StepID, Digest) throws(StepFailure) -> Data

    /// - Parameters:
    ///   - given: What steps gave, each once.
    ///   - load: The verified bytes of an output that a step gave.
    init(
        _ given: [(step: StepID, outputs: [Output])],
        load: @escaping @Sendable (StepID, Digest) throws(StepFailure) -> Data
    ) {
        self.given = given
        self.load = load
        let isFew = given.count <= Self.few
        places =
            isFew ? [:] : Dictionary(uniqueKeysWithValues: given.enumerated().map { ($1.step, $0) })
    }

    package init(_ outputs: [StepID: StoredOutputs]) {
        self.init(outputs.map { ($0.key, $0.value.outputs) }) { step, digest throws(StepFailure) in
            guard let stored = outputs[step] else { throw Self.unknown(step) }
            return try stored.load(digest)
        }
    }

    /// Whether a step is among the needs and has outputs.
    package func has(_ step: StepID) -> Bool { outputs(of: step) != nil }

    /// What `step` gave.
    ///
    /// - Throws: ``StepFailure`` coded `lost-output` where it is not among the needs.
    package subscript(step: StepID) -> StoredOutputs {
        get throws(StepFailure) {
            guard let outputs = outputs(of: step) else { throw Self.unknown(step) }
            return StoredOutputs(outputs) { [load] digest throws(StepFailure) in try load(step, digest) }
        }
    }

    private func outputs(of step: StepID) -> [Output]? {
        guard places.isEmpty else { return places[step].map { given[$0].outputs } }
        return given.first { $0.step == step }?.outputs
    }

    private static func unknown(_ step: StepID) -> StepFailure {
        StepFailure(code: "lost-output", "there are no outputs of \(step)")
    }
}
