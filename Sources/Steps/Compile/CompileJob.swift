import Engine
import Foundation
import Model

/// A contract that is ready to be compiled.
struct CompileJob: Sendable {
    let action: CompileAction
    let compiler: Tool
    let input: SolcInput
    /// The file that declares the contract.
    let entry: String
    /// By path.
    let sources: [String: SolcSource]

    /// How many bytes the compiler is given to read.
    var sourceBytes: Int { sources.values.reduce(0) { $0 + $1.member.count } }

    /// What the step stores of the compiler's output, which is that of this contract's sources alone.
    ///
    /// - Throws: ``StepFailure``: `compile-error` with the compiler's words; `no-contract`; `no-code`.
    func performed(_ output: SolcOutput) throws(StepFailure) -> Performed {
        guard !output.hasErrors else { throw failure(output.messages.filter { $0.severity == "error" }) }
        let name = action.contractInFile ?? GenerateStep.solidityName(for: action.contract)
        guard let contract = try output.contract(name, in: entry) else {
            let has = try output.names(in: entry).joined(separator: ", ")
            throw StepFailure(
                code: "no-contract",
                "\(entry) has no contract '\(name)'",
                hint: has.isEmpty ? "it declares none" : "it has \(has)"
            )
        }
        guard let code = contract.creation.bytes, let runtime = contract.runtime.bytes, !code.isEmpty else {
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
            sourceDigest: sources[entry]?.digest ?? Digest(of: Data()),
            isGenerated: action.isGenerated,
            compilerName: compiler.name,
            compilerVersion: compiler.version,
            compilerDigest: compiler.digest,
            immutables: contract.runtime.immutables,
            links: contract.links,
            warnings: output.messages.map(CompilationV1.Warning.init)
        )
        func part(_ key: String) throws(StepFailure) -> Data {
            guard let part = try contract.part(key) else {
                throw StepFailure(
                    code: "compiler-output", "the compiler gave no '\(key)' for \(name) in \(entry)")
            }
            return part
        }
        return Performed(outputs: [
            .init(name: CompileOutput.abi, bytes: try part("abi")),
            .init(name: CompileOutput.initCode, bytes: Data(code)),
            .init(name: CompileOutput.runtimeCode, bytes: Data(runtime)),
            .init(name: CompileOutput.metadata, bytes: Data(contract.metadata.utf8)),
            .init(name: CompileOutput.storageLayout, bytes: try part("storageLayout")),
            .init(name: CompileOutput.standardInput, bytes: input.encoded(sources.values)),
            .init(name: CompileOutput.standardOutput, bytes: output.bytes),
            .init(name: CompileOutput.compilation, bytes: try WireJSON.encode(compilation)),
        ])
    }

    private func failure(_ errors: [SolcOutput.Message]) -> StepFailure {
        let texts = sources.mapValues { SourceText(path: $0.path, content: $0.text) }
        let diagnostics = errors.map { error -> Diagnostic in
            let code = error.errorCode.map { "solc-\($0)" } ?? "solc"
            guard let path = error.path, error.start >= 0, let text = texts[path] else {
                return .error(code, error.message)
            }
            let span = text.span(start: error.start, end: error.end)
            return Diagnostic(
                .error,
                code,
                error.message,
                at: FileLocation(file: path, line: span.line, column: span.column),
                line: span.text,
                length: max(error.end - error.start, 1)
            )
        }
        let count = diagnostics.count == 1 ? "1 error" : "\(diagnostics.count) errors"
        return StepFailure(
            code: "compile-error",
            "it does not compile: \(count)",
            diagnostics: diagnostics,
            recurrence: .certain
        )
    }
}
