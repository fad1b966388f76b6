package import Engine
import Foundation
package import Model

/// Compiles one contract with all that it imports.
package struct CompileStep: Sendable {
    /// The version of what is stored.
    private static let schema = 1
    /// EIP-170 and EIP-3860.
    private static let limits = (runtime: 24_576, initCode: 49_152)

    private let world: World
    private let compilers: Compilers
    /// The project's root.
    private let root: String
    private let deadline: Duration

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
        }
        fingerprint.add("solc", "\(compiler.version) \(compiler.digest)")
        fingerprint.add("evmVersion", settings.evmVersion ?? "")
        fingerprint.add("optimizer", settings.optimizerEnabled ? "\(settings.optimizerRuns) runs" : "off")
        fingerprint.add("viaIR", String(settings.viaIR))
        fingerprint.add("remappings", settings.remappings.joined(separator: "\n"))
        fingerprint.add("bytecodeHash", settings.bytecodeHash.rawValue)
        return fingerprint
    }

    package func perform(
        _ action: CompileAction,
        inputs: StepInputs
    ) async throws(StepFailure) -> Performed {
        let compiler = try compilers.choose(action.settings, pragmas: action.pragmas)
        let (entry, sources) = try sources(of: action, inputs: inputs)
        let input = try SolcInput(sources: sources, settings: action.settings).encoded()
        let output = try await run(compiler, input)
        let errors = output.messages.filter { $0.severity == "error" }
        guard errors.isEmpty else { throw Self.failure(errors, sources) }

        let name = action.contractInFile ?? GenerateStep.solidityName(for: action.contract)
        guard let contract = output.contract(name, in: entry) else {
            let has = output.names(in: entry).joined(separator: ", ")
            throw StepFailure(
                code: "no-contract",
                "\(entry) has no contract '\(name)'",
                hint: has.isEmpty ? "it declares none" : "it has \(has)"
            )
        }
        guard let code = contract.evm.bytecode.bytes, let runtime = contract.evm.deployedBytecode.bytes,
            !code.isEmpty
        else {
            throw StepFailure(
                code: "no-code",
                "\(name) in \(entry) has no code: it is an interface, or abstract",
                hint: "name a contract that can be deployed"
            )
        }
        let compilation = CompilationV1(
            contract: action.contract.rawValue,
            path: entry,
            name: name,
            sourceDigest: Digest(of: Data((sources[entry] ?? "").utf8)),
            isGenerated: action.isGenerated,
            compilerName: compiler.name,
            compilerVersion: compiler.version,
            compilerDigest: compiler.digest,
            immutables: contract.evm.deployedBytecode.immutables,
            links: contract.evm.bytecode.links,
            warnings: output.messages.filter { $0.severity != "error" }.map(CompilationV1.Warning.init)
        )
        let parts = try output.parts(["abi", "storageLayout"], of: name, in: entry)
        return Performed(outputs: [
            .init(name: CompileOutput.abi, bytes: parts[0]),
            .init(name: CompileOutput.initCode, bytes: Data(code)),
            .init(name: CompileOutput.runtimeCode, bytes: Data(runtime)),
            .init(name: CompileOutput.metadata, bytes: Data((contract.metadata ?? "").utf8)),
            .init(name: CompileOutput.storageLayout, bytes: parts[1]),
            .init(name: CompileOutput.standardInput, bytes: input),
            .init(name: CompileOutput.standardOutput, bytes: output.bytes),
            .init(name: CompileOutput.compilation, bytes: try WireJSON.encode(compilation)),
        ])
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

    /// The entry file and every source's text by path, each still what was planned with.
    private func sources(
        of action: CompileAction,
        inputs: StepInputs
    ) throws(StepFailure) -> (entry: String, sources: [String: String]) {
        switch action.source {
        case .generated(let step):
            let path = GenerateStep.path(for: action.contract)
            let text = String(decoding: try inputs[step].bytes(GenerateOutput.source), as: UTF8.self)
            return (path, [path: text])
        case .files(let entry, let closure):
            var sources: [String: String] = [:]
            for unit in closure {
                let bytes: Data?
                do {
                    bytes = try world.files.read("\(root)/\(unit.path)")
                } catch {
                    throw StepFailure(code: "unreadable-source", "\(error)")
                }
                guard let bytes, Digest(of: bytes) == unit.digest else {
                    throw StepFailure(
                        code: "source-changed",
                        "\(unit.path) changed while the run was going on",
                        hint: "run again"
                    )
                }
                guard let text = String(data: bytes, encoding: .utf8) else {
                    throw StepFailure(
                        code: "not-utf8", "\(unit.path) is not UTF-8 text", hint: "save it as UTF-8")
                }
                sources[unit.path] = text
            }
            return (entry, sources)
        }
    }

    private func run(_ compiler: Tool, _ input: Data) async throws(StepFailure) -> SolcOutput {
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
        } catch .cancelled {
            throw .cancelled
        } catch .notFound(let program) {
            throw StepFailure(
                .environment,
                code: "no-compiler",
                "\(program) is gone",
                hint: "run 'hyperkit toolchain install'"
            )
        } catch {
            throw StepFailure(code: "compiler-failed", "\(compiler.name) \(compiler.version): \(error)")
        }
        guard case .exited(0) = result.status else {
            throw StepFailure(
                code: "compiler-failed",
                "\(compiler.name) \(compiler.version) ended \(result.status): \(result.lastWords())"
            )
        }
        return try SolcOutput(result.standardOutput)
    }

    private static func failure(_ errors: [SolcOutput.Message], _ sources: [String: String]) -> StepFailure {
        let texts = Dictionary(uniqueKeysWithValues: sources.map { ($0, SourceText(path: $0, content: $1)) })
        let diagnostics = errors.map { error -> Diagnostic in
            let code = error.errorCode.map { "solc-\($0)" } ?? "solc"
            guard let place = error.sourceLocation, place.start >= 0, let text = texts[place.file] else {
                return .error(code, error.message)
            }
            let span = text.span(start: place.start, end: place.end)
            return Diagnostic(
                .error,
                code,
                error.message,
                at: FileLocation(file: place.file, line: span.line, column: span.column),
                line: span.text,
                length: max(place.end - place.start, 1)
            )
        }
        let count = diagnostics.count == 1 ? "1 error" : "\(diagnostics.count) errors"
        return StepFailure(code: "compile-error", "it does not compile: \(count)", diagnostics: diagnostics)
    }
}

extension CompileAction {
    var isGenerated: Bool {
        switch source {
        case .files: false
        case .generated: true
        }
    }
}

extension CompilationV1 {
    /// Reads the output of a compile step.
    package static func read(_ outputs: StoredOutputs) throws(StepFailure) -> CompilationV1 {
        try WireJSON.decode(CompilationV1.self, from: try outputs.bytes(CompileOutput.compilation))
    }
}

extension CompilationV1.Warning {
    init(_ message: SolcOutput.Message) {
        code = message.errorCode ?? ""
        severity = message.severity
        self.message = message.message
        path = message.sourceLocation?.file
        start = message.sourceLocation?.start ?? -1
        end = message.sourceLocation?.end ?? -1
    }
}
