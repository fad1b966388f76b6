package import Engine
import Foundation
package import Model

/// Compiles one contract with all that it imports.
package struct CompileStep: Sendable {
    /// The version of what is stored.
    private static let schema = 3
    /// EIP-170 and EIP-3860.
    private static let limits = (runtime: 24_576, initCode: 49_152)

    let world: World
    let compilers: Compilers
    /// The project's root.
    let root: String
    let deadline: Duration

    package init(world: World, compilers: Compilers, root: String, deadline: Duration = .seconds(300)) {
        self.world = world
        self.compilers = compilers
        self.root = root
        self.deadline = deadline
    }

    package func fingerprint(_ action: CompileAction, inputs: StepInputs) throws(StepFailure) -> Fingerprint {
        let compiler = try compilers.choose(action.settings, pragmas: action.pragmas)
        let settings = action.settings
        var fingerprint = Fingerprint(schema: Self.schema, kind: .compile)
        fingerprint.add("contract", action.contract.rawValue)
        fingerprint.add("contract in file", action.contractInFile ?? "")
        switch action.source {
        case .files(let entry, let closure):
            fingerprint.add("entry", entry)
            for unit in closure { fingerprint.add("source \(unit.path)", unit.digest.description) }
        case .generated(let step):
            let digest = try inputs[step].digest(GenerateOutput.source)
            fingerprint.add("generated source", digest?.description ?? "")
        case .proxies: fingerprint.add("source \(ProxySource.path)", ProxySource.digest.description)
        }
        fingerprint.add("solc", "\(compiler.version) \(compiler.digest)")
        fingerprint.add("evmVersion", settings.evmVersion ?? "")
        fingerprint.add("optimizer", settings.optimizerEnabled ? "\(settings.optimizerRuns) runs" : "off")
        fingerprint.add("viaIR", String(settings.viaIR))
        fingerprint.add("remappings", settings.remappings.joined(separator: "\n"))
        fingerprint.add("bytecodeHash", settings.bytecodeHash.rawValue)
        return fingerprint
    }

    /// What members of a batch have in common: the compiler and all that its settings hold.
    ///
    /// nil where a contract must be compiled alone: no compiler can be chosen, or the compiler's code is not the same in
    /// company. With the IR pipeline the Yul optimizer decides by names that hold node numbers (ethereum/solidity#15686,
    /// not mended by 0.8.36); before 0.8.9 so does the order of helper functions in code of the legacy pipeline.
    package func batchKey(_ action: CompileAction) -> String? {
        guard !action.settings.viaIR,
            let compiler = try? compilers.choose(action.settings, pragmas: action.pragmas),
            let version = SolcVersion(compiler.version),
            !version.numbers.lexicographicallyPrecedes([0, 8, 9]),
            let input = try? SolcInput(action.settings)
        else { return nil }
        return "\(compiler.digest) \(compiler.program) \(String(decoding: input.settings, as: UTF8.self))"
    }

    package func perform(
        _ action: CompileAction,
        inputs: StepInputs
    ) async throws(StepFailure) -> Performed {
        guard let result = await perform(together: [(action, inputs)]).first else { throw .cancelled }
        return try result.get()
    }

    package func interpret(
        _ action: CompileAction,
        outputs: StoredOutputs
    ) throws(StepFailure) -> Interpretation {
        let compilation = try CompilationV1.read(outputs)
        let sizes = Dictionary(
            outputs.outputs.map { ($0.name, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        let runtimeBytes = sizes[CompileOutput.runtimeCode] ?? 0
        let initBytes = sizes[CompileOutput.initCode] ?? 0
        guard let abi = outputs.digest(CompileOutput.abi),
            let initCode = outputs.digest(CompileOutput.initCode),
            let runtimeCode = outputs.digest(CompileOutput.runtimeCode)
        else {
            throw StepFailure(code: "lost-output", "the outputs of \(action.contract) are not complete")
        }
        var facts = [
            Fact.contract(
                ContractFact(
                    name: compilation.contract,
                    path: compilation.path,
                    sourceDigest: compilation.sourceDigest,
                    origin: compilation.isGenerated ? .template : .file,
                    compilerName: compilation.compilerName,
                    compilerVersion: compilation.compilerVersion,
                    compilerDigest: compilation.compilerDigest,
                    abiDigest: abi,
                    initCodeDigest: initCode,
                    runtimeCodeDigest: runtimeCode,
                    initCodeBytes: initBytes,
                    runtimeCodeBytes: runtimeBytes
                )
            )
        ]
        for (what, size, limit, rule) in [
            ("runtime code", runtimeBytes, Self.limits.runtime, "EIP-170"),
            ("init code", initBytes, Self.limits.initCode, "EIP-3860"),
        ] where size > limit {
            facts.append(
                .note(
                    Diagnostic(
                        .warning,
                        "code-size",
                        "\(what) of \(compilation.contract) is \(size) bytes; \(rule) allows \(limit)",
                        hint:
                            "networks with this rule refuse it: split the contract or raise optimizer settings"
                    )
                )
            )
        }
        return Interpretation(facts: facts)
    }
}

extension CompileAction {
    var isGenerated: Bool {
        switch source {
        case .files: false
        case .generated, .proxies: true
        }
    }
}

extension CompilationV1.Warning {
    init(_ message: SolcOutput.Message) {
        code = message.errorCode ?? ""
        severity = message.severity
        self.message = message.message
        path = message.path
        start = message.start
        end = message.end
    }
}
