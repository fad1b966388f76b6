import Foundation
package import Model

/// What a compile step stored, by the names of its outputs.
///
/// `init.bin` and `runtime.bin` are raw bytes, with zeros where a library's address belongs. `standard-input.json` and
/// `standard-output.json` are what the compiler read and wrote, for the tools that want all of it: each source's
/// content, each source's syntax tree, each contract's code and source map.
package enum CompileOutput {
    package static let abi = "abi.json"
    package static let initCode = "init.bin"
    package static let runtimeCode = "runtime.bin"
    package static let metadata = "metadata.json"
    package static let storageLayout = "storage-layout.json"
    package static let standardInput = "standard-input.json"
    package static let standardOutput = "standard-output.json"
    package static let compilation = "compilation.json"
}

/// `compilation.json`, version 2: what the steps after it want to know without reading the compiler's whole output.
package struct CompilationV1: Codable, Sendable {
    /// Bytes of code that are filled in after compilation.
    package struct Range: Codable, Hashable, Sendable {
        package var start: Int
        package var length: Int
    }

    /// A library that is deployed by itself, and where the code has its address.
    package struct Link: Codable, Hashable, Sendable {
        /// The file that declares it.
        package var path: String
        package var name: String
        package var initCode: [Range]
        package var runtimeCode: [Range]
    }

    /// Something the compiler said without failing.
    package struct Warning: Codable, Hashable, Sendable {
        /// The compiler's number for it, such as `2018`.
        package var code: String
        package var severity: String
        /// The short message.
        package var message: String
        package var path: String?
        /// Bytes from the start of the file; -1 where the compiler gave none.
        package var start: Int
        package var end: Int
    }

    package var version = 2
    /// The contract's name in the manifest.
    package var contract: String
    /// The file that declares it, relative to the project's root: the compiler's name for the file.
    package var path: String
    /// Its name in the file.
    package var name: String
    package var sourceDigest: Digest
    /// Whether a template wrote the source.
    package var isGenerated: Bool
    package var compilerName: String
    package var compilerVersion: String
    package var compilerDigest: Digest
    package var immutables: [Range]
    /// Sorted by path and name.
    package var links: [Link]
    package var warnings: [Warning]

    package init(
        contract: String,
        path: String,
        name: String,
        sourceDigest: Digest,
        isGenerated: Bool,
        compilerName: String,
        compilerVersion: String,
        compilerDigest: Digest,
        immutables: [Range],
        links: [Link],
        warnings: [Warning]
    ) {
        self.contract = contract
        self.path = path
        self.name = name
        self.sourceDigest = sourceDigest
        self.isGenerated = isGenerated
        self.compilerName = compilerName
        self.compilerVersion = compilerVersion
        self.compilerDigest = compilerDigest
        self.immutables = immutables
        self.links = links
        self.warnings = warnings
    }
}
