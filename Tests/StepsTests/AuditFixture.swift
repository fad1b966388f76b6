import Engine
import Foundation
import Model

@testable import Steps

/// Recorded output of the real tools; `Tests/Fixtures/audit/record` says how it was made.
enum AuditFixture {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/audit/recorded").standardizedFileURL

    static func data(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: name))
    }

    static func program(_ file: String, _ contract: String) throws -> CompiledProgram {
        try CompiledProgram(
            standardInput: data("\(file).input.json"),
            standardOutput: data("\(file).output.json"),
            contractName: contract,
            path: "\(file).sol",
            name: contract
        )
    }

    /// What our own detectors say, as `rule severity line function`.
    static func own(_ file: String, _ contract: String) throws -> [Finding] {
        let program = try program(file, contract)
        let inheritance = Inheritance(program)
        let result = OwnDetectors.examine(program, inheritance, AuditScope(program, inheritance))
        return FindingMerge.merged(FindingIdentity(program).findings(from: result.drafts))
    }

    static func lines(_ findings: [Finding]) -> [String] {
        findings.map { finding in
            let place = finding.location.map { "\($0.line):\($0.column)" } ?? "-"
            return "\(finding.severity) \(finding.rule) \(place) \(finding.function ?? "-")"
        }
    }

    static let compile = StepID.compile(contract)
    static let contract: ContractName = {
        guard let name = ContractName("Heir") else { preconditionFailure("Heir is a name") }
        return name
    }()

    /// The outputs of a compile step, as if the engine kept them.
    static func inputs(_ file: String, _ name: String, compiler: String = "solc") throws -> StepInputs {
        let runtime = Data([0x60, 0x00])
        let compilation = CompilationV1(
            contract: name,
            path: "\(file).sol",
            name: name,
            sourceDigest: Digest(of: Data()),
            isGenerated: false,
            compilerName: compiler,
            compilerVersion: "0.8.29-develop.2024.11.15+commit.b0d991bd",
            compilerDigest: Digest(of: Data("solc".utf8)),
            immutables: [],
            links: [],
            warnings: []
        )
        return StepInputs([
            compile: stored([
                CompileOutput.standardInput: try data("\(file).input.json"),
                CompileOutput.standardOutput: try data("\(file).output.json"),
                CompileOutput.compilation: try JSONEncoder().encode(compilation),
                CompileOutput.runtimeCode: runtime,
            ])
        ])
    }

    static func stored(_ contents: [String: Data]) -> StoredOutputs {
        let outputs = contents.map {
            Output(name: $0.key, digest: Digest(of: $0.value), bytes: $0.value.count)
        }
        let byDigest = Dictionary(
            contents.values.map { (Digest(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
        return StoredOutputs(outputs.sorted { $0.name < $1.name }) { digest throws(StepFailure) in
            guard let bytes = byDigest[digest] else { throw StepFailure(code: "lost-output", "lost") }
            return bytes
        }
    }

    static func stored(_ performed: Performed) -> StoredOutputs {
        stored(Dictionary(uniqueKeysWithValues: performed.outputs.map { ($0.name, $0.bytes) }))
    }
}
