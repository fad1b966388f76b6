import Foundation

/// Tiny contracts of distinct names, `contracts/C0.sol` and on, in a folder of their own.
struct SourceFolder {
    /// The project's root; an absolute path.
    let root: String
    let count: Int

    /// Makes what is not there yet.
    init(root: String, count: Int) throws {
        self.root = root
        self.count = count
        for number in 0..<count where !FileManager.default.fileExists(atPath: path(number)) {
            try write(number, version: 0)
        }
    }

    static func name(_ number: Int) -> String { "C\(number)" }

    func path(_ number: Int) -> String { "\(root)/contracts/\(Self.name(number)).sol" }

    /// Writes a source; another version is another contract.
    func write(_ number: Int, version: Int) throws {
        try TextFile.write(
            path(number),
            """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.0;
            contract \(Self.name(number)) { uint256 public constant version = \(version); }
            """
        )
    }

    /// Undoes edits, of an interrupted run too.
    func restore() throws {
        for number in 0..<count {
            let text = try String(contentsOfFile: path(number), encoding: .utf8)
            if !text.contains("version = 0;") { try write(number, version: 0) }
        }
    }

    /// Writes a manifest that compiles and audits each source: as one set, or each by name.
    func writeManifest(named: Bool) throws {
        var file = try TextFile("\(root)/manifest.yaml")
        try file.line("version: 1\nproject: benchmark\npolicies:")
        try file.line("  default: { tools: [solc, hyperkit], failOn: high }")
        if named {
            try file.line("contracts:")
            for number in 0..<count {
                try file.line(
                    "  \(Self.name(number)): { source: contracts/\(Self.name(number)).sol }")
            }
        } else {
            try file.line("sets:\n  all: { sources: \"contracts/*.sol\" }")
        }
        try file.end()
    }
}
