import Foundation
import Testing

/// Holds the imports under Sources to the arrows that ARCHITECTURE.md draws.
@Suite struct ImportTableTests {
    static let anywhere: Set<String> = [
        "Foundation", "Synchronization", "Glibc", "Darwin", "Dispatch", "FoundationEssentials",
    ]

    /// What each room may import, beside the system's own modules.
    static let table: [String: Set<String>] = [
        "EthereumTypes": [],
        "Model": ["EthereumTypes", "Crypto"],
        "Manifests": ["Model", "EthereumTypes", "Yams"],
        "Survey": ["Model"],
        "Planning": ["Model", "EthereumTypes"],
        "Engine": ["Model"],
        "Processes": ["Model", "Subprocess", "SystemPackage"],
        "Transport": ["Model", "CCurl"],
        "Toolchain": ["Model"],
        "Ethereum": ["EthereumTypes", "BigInt", "CSecp256k1", "Crypto", "CryptoExtras"],
        "Steps": ["Engine", "Ethereum", "EthereumTypes", "Ledger", "Model", "Mustache"],
        "Ledger": ["Model", "EthereumTypes", "GRDB"],
        "Reports": ["Model", "EthereumTypes"],
        "hyperkit": [
            "ArgumentParser", "Engine", "Ethereum", "EthereumTypes", "Ledger", "Manifests", "Model",
            "Planning",
            "Processes", "Reports", "Steps", "Survey", "Toolchain", "Transport", "UnixSignals",
        ],
    ]

    static let sources = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources")

    static func rooms() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: sources.path).filter { !$0.hasPrefix("C") }
            .sorted()
    }

    @Test func everyRoomIsInTheTable() throws {
        #expect(Set(try Self.rooms()) == Set(Self.table.keys))
    }

    @Test(arguments: try Self.rooms())
    func importsOnlyWhatTheTableAllows(_ room: String) throws {
        let allowed = try #require(Self.table[room]).union(Self.anywhere)
        let folder = Self.sources.appending(path: room)
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
            $0.hasSuffix(".swift")
        }
        #expect(!files.isEmpty)
        for file in files {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                guard let module = Self.importedModule(line) else { continue }
                #expect(
                    allowed.contains(module),
                    "Sources/\(room)/\(file):\(number + 1) imports \(module), which the table does not allow"
                )
            }
        }
    }

    /// The module that a line imports; nil where it is no import.
    static func importedModule(_ line: Substring) -> String? {
        var words = line.split(separator: " ").map(String.init)
        while let first = words.first,
            first.hasPrefix("@") || ["package", "internal", "public"].contains(first)
        {
            words.removeFirst()
        }
        guard words.count >= 2, words[0] == "import" else { return nil }
        let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
        return name.split(separator: ".").first.map(String.init)
    }
}
