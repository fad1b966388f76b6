package import Engine
import Foundation
package import Model

extension CompileStep {
    /// The most contracts of one compiler run.
    ///
    /// What is saved is the start of the compiler and reading shared files again; at 50 that is down to a fiftieth, and
    /// where a run must be taken back, no more than 50 are compiled again.
    static let mostMembers = 50
    /// The most source text of one compiler run, in bytes.
    ///
    /// Output is about a hundred times the source: about 50 MB, of the 256 MB that are read from a tool.
    static let mostSourceBytes = 512 << 10

    private typealias Ended = (member: Int, result: Result<Performed, StepFailure>)

    /// Compiles contracts, those with the same ``batchKey(_:)`` in one run of the compiler.
    ///
    /// Each member's result is what it would have been alone, byte for byte, whoever else is there.
    ///
    /// - Returns: Results in the order of `members`.
    package func perform(
        together members: [(action: CompileAction, inputs: StepInputs)]
    ) async -> [Result<Performed, StepFailure>] {
        var results: [Int: Result<Performed, StepFailure>] = [:]
        var jobs: [Int: CompileJob] = [:]
        var groups: [String: [Int]] = [:]
        var lone: [Int] = []
        var reader = CompileSources(files: world.files, root: root)
        for (member, (action, inputs)) in members.enumerated() {
            do throws(StepFailure) {
                let compiler = try compilers.choose(action.settings, pragmas: action.pragmas)
                let (entry, sources) = try reader.read(action, inputs: inputs)
                jobs[member] = CompileJob(
                    action: action,
                    compiler: compiler,
                    input: try SolcInput(action.settings),
                    entry: entry,
                    sources: sources
                )
                if let key = batchKey(action) {
                    groups[key, default: []].append(member)
                } else {
                    lone.append(member)
                }
            } catch {
                results[member] = .failure(error)
            }
        }
        let together = groups.values.sorted { $0[0] < $1[0] }
        let batches = lone.map { [$0] } + together.flatMap { Self.batches(of: $0, jobs) }
        for batch in batches {
            let batch = batch.compactMap { member in jobs[member].map { (member, $0) } }
            for ended in await compile(batch, rounds: 0) { results[ended.member] = ended.result }
        }
        return members.indices.map { results[$0] ?? .failure(.cancelled) }
    }

    /// Members in runs that are small enough and in which no path has two texts.
    private static func batches(of members: [Int], _ jobs: [Int: CompileJob]) -> [[Int]] {
        var batches: [[Int]] = []
        var batch: [Int] = []
        var paths: [String: Digest] = [:]
        var bytes = 0
        for member in members {
            guard let job = jobs[member] else { continue }
            let new = job.sources.values.filter { paths[$0.path] == nil }.reduce(0) { $0 + $1.member.count }
            let conflicts = job.sources.values.contains { (paths[$0.path] ?? $0.digest) != $0.digest }
            if !batch.isEmpty, conflicts || batch.count == mostMembers || bytes + new > mostSourceBytes {
                batches.append(batch)
                batch = []
                paths = [:]
                bytes = 0
            }
            bytes += batch.isEmpty ? job.sourceBytes : new
            batch.append(member)
            for source in job.sources.values { paths[source.path] = source.digest }
        }
        return batch.isEmpty ? batches : batches + [batch]
    }

    /// Compiles members in one run, and again in smaller ones those of which that run tells nothing.
    ///
    /// Where something is refused, whoever has a file that the compiler names is compiled alone, and the others again
    /// together. After two such rounds, and where no file is named, the rest is halved each time: the compiler stops at
    /// the first fault of some kinds, and so the work stays within n log n.
    private func compile(_ batch: [(member: Int, job: CompileJob)], rounds: Int) async -> [Ended] {
        guard let first = batch.first else { return [] }
        var sources: [String: SolcSource] = [:]
        for (_, job) in batch { sources.merge(job.sources) { known, _ in known } }
        let output: SolcOutput
        do throws(CompilerFault) {
            output = try await run(first.job.compiler, first.job.input.encoded(sources.values))
        } catch {
            switch error.reach {
            case _ where batch.count == 1: return [(first.member, .failure(error.failure))]
            case .everyone: return batch.map { ($0.member, .failure(error.failure)) }
            case .slow: return await alone(batch)
            case .someone: return await halves(of: batch, rounds: rounds)
            }
        }
        guard batch.count > 1 else {
            let own = output.hasErrors ? nil : (try? SolcBatch(output))?.output(of: first.job.sources.keys)
            let result = Result { () throws(StepFailure) in
                try first.job.performed(
                    own.map { part throws(StepFailure) in try SolcOutput(part) } ?? output)
            }
            return [(first.member, result)]
        }
        if output.hasErrors {
            let named = Set(output.messages.filter { $0.severity == "error" }.compactMap(\.path))
            let isNamed = { (job: CompileJob) in named.contains { job.sources[$0] != nil } }
            let rest = batch.filter { !isNamed($0.job) }
            guard rounds < 2, rest.count < batch.count else {
                return await halves(of: batch, rounds: rounds)
            }
            let refused = await alone(batch.filter { isNamed($0.job) })
            return refused + (await compile(rest, rounds: rounds + 1))
        }
        if output.messages.contains(where: { SolcMessages.tooMany.contains($0.errorCode ?? "") }) {
            return await halves(of: batch, rounds: rounds)
        }
        guard let whole = try? SolcBatch(output) else { return await alone(batch) }
        var ended: [Ended] = []
        for (member, job) in batch {
            if let part = whole.output(of: job.sources.keys) {
                let result = Result { () throws(StepFailure) in try job.performed(SolcOutput(part)) }
                ended.append((member, result))
            } else {
                ended += await compile([(member, job)], rounds: 0)
            }
        }
        return ended
    }

    private func alone(_ batch: [(member: Int, job: CompileJob)]) async -> [Ended] {
        var ended: [Ended] = []
        for member in batch { ended += await compile([member], rounds: 0) }
        return ended
    }

    private func halves(of batch: [(member: Int, job: CompileJob)], rounds: Int) async -> [Ended] {
        let middle = batch.count / 2
        let ended = await compile(Array(batch[..<middle]), rounds: rounds)
        return ended + (await compile(Array(batch[middle...]), rounds: rounds))
    }

    private func run(_ compiler: Tool, _ input: Data) async throws(CompilerFault) -> SolcOutput {
        let result: ToolResult
        do {
            result = try await world.runTool(
                ToolInvocation(
                    compiler,
                    ["--standard-json"],
                    standardInput: input,
                    limits: ToolInvocation.Limits(deadline: deadline)
                )
            )
        } catch {
            throw CompilerFault(error, of: compiler)
        }
        guard case .exited(0) = result.status else {
            throw CompilerFault(
                reach: .someone,
                failure: StepFailure(
                    code: "compiler-failed",
                    "\(compiler.name) \(compiler.version) \(result.status): \(result.lastWords())"
                )
            )
        }
        do {
            return try SolcOutput([UInt8](result.standardOutput))
        } catch {
            throw CompilerFault(reach: .someone, failure: error)
        }
    }
}

/// A run of the compiler that gave no output.
private struct CompilerFault: Error {
    enum Reach {
        /// It would be the same with any sources.
        case everyone
        /// It took too long: halves would, again and again, where one contract is at fault.
        case slow
        case someone
    }

    var reach: Reach
    var failure: StepFailure
}

extension CompilerFault {
    init(_ error: ToolError, of compiler: Tool) {
        let failed = StepFailure(code: "compiler-failed", "\(compiler.name) \(compiler.version): \(error)")
        switch error {
        case .cancelled: self.init(reach: .everyone, failure: .cancelled)
        case .notFound(let program):
            let failure = StepFailure(
                .environment,
                code: "no-compiler",
                "\(program) is gone",
                hint: "run 'hyperkit toolchain install'"
            )
            self.init(reach: .everyone, failure: failure)
        case .scratchFailed(let reason): self.init(reach: .everyone, failure: .scratch(reason))
        case .timedOut: self.init(reach: .slow, failure: failed)
        case .couldNotStart, .tooMuchOutput, .ended:
            self.init(reach: .someone, failure: failed)
        }
    }
}
