import Foundation
import Model

/// The compiler's standard JSON input.
///
/// Its shape is that of "Compiler Input and Output JSON Description" in the Solidity documentation, 0.8.29.
struct SolcInput: Encodable {
    struct Source: Encodable {
        var content: String
    }

    struct Optimizer: Encodable {
        var enabled: Bool
        var runs: Int
    }

    struct Metadata: Encodable {
        var bytecodeHash: String
    }

    struct Settings: Encodable {
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

    var language = "Solidity"
    var sources: [String: Source]
    var settings: Settings

    /// Everything of every contract, since the audit tools look at all of a closure.
    init(sources: [String: String], settings: CompilerSettings) {
        self.sources = sources.mapValues(Source.init)
        self.settings = Settings(
            remappings: settings.remappings,
            optimizer: Optimizer(enabled: settings.optimizerEnabled, runs: settings.optimizerRuns),
            evmVersion: settings.evmVersion,
            viaIR: settings.viaIR ? true : nil,
            metadata: Metadata(bytecodeHash: settings.bytecodeHash.rawValue),
            outputSelection: ["*": ["*": Self.wanted, "": ["ast"]]]
        )
    }

    /// The same bytes for the same input.
    func encoded() throws(StepFailure) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(self)
        } catch {
            throw StepFailure(code: "compiler-input", "the compiler's input cannot be written: \(error)")
        }
    }
}
