import Foundation
import Model

/// A source as the compiler's input has it.
struct SolcSource: Sendable {
    let path: String
    let text: String
    let digest: Digest
    /// `"path":{"content":"text"}`, made once for all the inputs that hold the source.
    let member: Data

    init(path: String, text: String, digest: Digest) throws(StepFailure) {
        self.path = path
        self.text = text
        self.digest = digest
        let name = try SolcInput.encode(path)
        let content = try SolcInput.encode(text)
        member = name + Data(#":{"content":"#.utf8) + content + Data("}".utf8)
    }
}

/// The compiler's standard JSON input.
///
/// Its shape is that of "Compiler Input and Output JSON Description" in the Solidity documentation, 0.8.29.
struct SolcInput: Sendable {
    private struct Optimizer: Encodable {
        var enabled: Bool
        var runs: Int
    }

    private struct Metadata: Encodable {
        var bytecodeHash: String
    }

    private struct Settings: Encodable {
        var remappings: [String]
        var optimizer: Optimizer
        var evmVersion: String?
        // Left out where false: compilers before 0.8.13 do not know it.
        var viaIR: Bool?
        var metadata: Metadata
        var outputSelection: [String: [String: [String]]]
    }

    private static let wanted = [
        "abi", "metadata", "storageLayout", "devdoc", "userdoc", "evm.bytecode.object",
        "evm.bytecode.sourceMap", "evm.bytecode.linkReferences", "evm.deployedBytecode.object",
        "evm.deployedBytecode.sourceMap", "evm.deployedBytecode.linkReferences",
        "evm.deployedBytecode.immutableReferences", "evm.methodIdentifiers",
    ]

    /// All that is not sources, as JSON.
    let settings: Data

    /// Everything of every contract, since the audit tools look at all of a closure.
    init(_ settings: CompilerSettings) throws(StepFailure) {
        self.settings = try Self.encode(
            Settings(
                remappings: settings.remappings,
                optimizer: Optimizer(enabled: settings.optimizerEnabled, runs: settings.optimizerRuns),
                evmVersion: settings.evmVersion,
                viaIR: settings.viaIR ? true : nil,
                metadata: Metadata(bytecodeHash: settings.bytecodeHash.rawValue),
                outputSelection: ["*": ["*": Self.wanted, "": ["ast"]]]
            )
        )
    }

    /// The input for some sources, each of another path: the same bytes in whatever order they come.
    func encoded(_ sources: some Sequence<SolcSource>) -> Data {
        var input = Data(#"{"language":"Solidity","settings":"#.utf8) + settings
        input += Data(#","sources":{"#.utf8)
        let sorted = sources.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        input += sorted.map(\.member).joined(separator: Data(",".utf8))
        return input + Data("}}".utf8)
    }

    fileprivate static func encode(_ value: some Encodable) throws(StepFailure) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(value)
        } catch {
            throw StepFailure(code: "compiler-input", "the compiler's input cannot be written: \(error)")
        }
    }
}
