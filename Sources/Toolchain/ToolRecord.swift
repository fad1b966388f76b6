import Foundation
import Model

/// What is written beside an installed tool, as version 1 of `tool.json` spells it.
struct ToolRecord: Codable, Hashable, Sendable {
    /// Stands for the tool's directory in arguments.
    static let here = "{here}"

    var version = 1
    var name: String
    var toolVersion: String
    /// Where it came from, in words.
    var source: String
    /// Relative to the tool's directory.
    var program: String
    var leadingArguments: [String] = []
    var environment: [String: String] = [:]
    /// Of what really runs.
    var digest: Digest
    /// The sizes in bytes of the files that it is, by relative path: what is looked at on every start.
    var sizes: [String: Int] = [:]
    /// System packages and interpreters that it was made with, with their versions.
    var madeWith: [String] = []

    func tool(in directory: String) -> Tool {
        Tool(
            name: name,
            version: toolVersion,
            program: "\(directory)/\(program)",
            leadingArguments: leadingArguments.map {
                $0.replacingOccurrences(of: Self.here, with: directory)
            },
            environment: environment,
            digest: digest
        )
    }
}

/// A tool's directory that was looked at.
enum Inspection {
    case missing
    case damaged(String)
    case whole(ToolRecord)
}

extension ToolFolder {
    /// Looks at the record and at sizes: what can be done on every start.
    func inspect(_ directory: String) -> Inspection {
        guard FileManager.default.fileExists(atPath: directory) else { return .missing }
        guard let bytes = read("\(directory)/\(Self.record)") else {
            return .damaged("\(Self.record) is missing")
        }
        guard let record = try? JSONDecoder().decode(ToolRecord.self, from: bytes), record.version == 1 else {
            return .damaged("\(Self.record) cannot be read")
        }
        guard size("\(directory)/\(record.program)") != nil else {
            return .damaged("\(record.program) is missing")
        }
        for (name, bytes) in record.sizes.sorted(by: { $0.key < $1.key }) {
            guard let size = size("\(directory)/\(name)") else { return .damaged("\(name) is missing") }
            guard size == bytes else { return .damaged("\(name) has \(size) bytes instead of \(bytes)") }
        }
        return .whole(record)
    }

    /// Hashes every file and compares with what was installed.
    func verify(_ directory: String) throws(ToolchainError) -> Inspection {
        let seen = inspect(directory)
        guard case .whole = seen else { return seen }
        guard let bytes = read("\(directory)/\(Self.manifest)") else {
            return .damaged("\(Self.manifest) is missing")
        }
        var installed: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            installed[String(line.dropFirst(66))] = String(line.prefix(64))
        }
        let found = try digests(below: directory)
        for (name, hex) in installed.sorted(by: { $0.key < $1.key }) where found[name]?.hex != hex {
            return .damaged(found[name] == nil ? "\(name) is missing" : "\(name) was changed")
        }
        if let added = found.keys.filter({ installed[$0] == nil }).min() {
            return .damaged("\(added) was added")
        }
        return seen
    }

    /// Writes the list of digests and then the record, without which a directory counts for nothing.
    func seal(_ directory: String, _ record: ToolRecord) throws(ToolchainError) {
        let lines = try digests(below: directory).sorted { $0.key < $1.key }
            .map { "\($0.value.hex)  \($0.key)\n" }.joined()
        try write(Data(lines.utf8), to: "\(directory)/\(Self.manifest)")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        do {
            try write(try encoder.encode(record), to: "\(directory)/\(Self.record)")
        } catch let error as ToolchainError {
            throw error
        } catch {
            throw .folder(path: directory, reason: "\(error)")
        }
    }
}
