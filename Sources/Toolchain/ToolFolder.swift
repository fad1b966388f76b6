import Foundation
import Model

/// One installed tool's directory, and the folder they all live in.
///
/// Directories are made whole under a temporary name and then renamed, which is an operation on the disk that the
/// closures of `World` have no word for; so this file, alone in its room, speaks to the file system itself.
struct ToolFolder: Sendable {
    static let record = "tool.json"
    static let manifest = "files.sha256"

    /// Absolute.
    let root: String

    func path(_ name: String, _ version: String, _ digest: Digest) -> String {
        "\(root)/\(name)/\(version)-\(digest.short)"
    }

    /// A directory that nobody else uses, on the disk that the finished one will be on.
    func staging() throws(ToolchainError) -> String {
        removeStale()
        let path = "\(root)/.staging-\(UUID().uuidString.lowercased())"
        try attempt(path) {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        return path
    }

    /// What an installer that was killed left behind, once it is a day old.
    private func removeStale() {
        let files = FileManager.default
        for name in (try? files.contentsOfDirectory(atPath: root)) ?? [] where name.hasPrefix(".staging-") {
            let path = "\(root)/\(name)"
            let made = (try? files.attributesOfItem(atPath: path))?[.creationDate] as? Date
            if let made, made.timeIntervalSinceNow < -86_400 { try? files.removeItem(atPath: path) }
        }
    }

    /// Puts a finished directory in its place; where another installer was quicker, theirs stays.
    func publish(_ staging: String, as path: String, replacing isDamaged: Bool) throws(ToolchainError) {
        let files = FileManager.default
        let parent = URL(filePath: path).deletingLastPathComponent().path
        try attempt(parent) { try files.createDirectory(atPath: parent, withIntermediateDirectories: true) }
        if isDamaged {
            let trash = try self.staging()
            try? files.moveItem(atPath: path, toPath: trash + "/old")
            try? files.removeItem(atPath: trash)
        }
        do {
            try files.moveItem(atPath: staging, toPath: path)
        } catch {
            guard files.fileExists(atPath: "\(path)/\(Self.record)") else {
                throw .folder(path: path, reason: error.localizedDescription)
            }
            try? files.removeItem(atPath: staging)
        }
    }

    func discard(_ staging: String) { try? FileManager.default.removeItem(atPath: staging) }

    func size(_ path: String) -> Int? {
        let resolved = URL(filePath: path).resolvingSymlinksInPath().path
        return (try? FileManager.default.attributesOfItem(atPath: resolved))?[.size] as? Int
    }

    func makeExecutable(_ path: String) throws(ToolchainError) {
        try attempt(path) {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
    }

    func move(_ from: String, to path: String) throws(ToolchainError) {
        try attempt(path) { try FileManager.default.moveItem(atPath: from, toPath: path) }
    }

    func copy(_ from: String, to path: String) throws(ToolchainError) {
        let real = URL(filePath: from).resolvingSymlinksInPath().path
        try attempt(path) { try FileManager.default.copyItem(atPath: real, toPath: path) }
    }

    func makeDirectory(_ path: String) throws(ToolchainError) {
        try attempt(path) {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
    }

    func write(_ bytes: Data, to path: String) throws(ToolchainError) {
        try attempt(path) { try bytes.write(to: URL(filePath: path)) }
    }

    func read(_ path: String) -> Data? { try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) }

    /// The digests of all files below a directory by relative path; of a link, that of its target's name.
    ///
    /// The record and the list of digests are left out.
    func digests(below directory: String) throws(ToolchainError) -> [String: Digest] {
        var digests: [String: Digest] = [:]
        let files = FileManager.default
        guard let names = files.enumerator(atPath: directory) else { return [:] }
        for case let name as String in names {
            guard name != Self.record, name != Self.manifest else { continue }
            let path = "\(directory)/\(name)"
            if let target = try? files.destinationOfSymbolicLink(atPath: path) {
                digests[name] = Digest(of: Data(target.utf8))
                continue
            }
            let kind = (try? files.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
            guard kind == .typeRegular else { continue }
            guard let bytes = read(path) else { throw .folder(path: path, reason: "it cannot be read") }
            digests[name] = Digest(of: bytes)
        }
        return digests
    }

    private func attempt(_ path: String, _ body: () throws -> Void) throws(ToolchainError) {
        do { try body() } catch { throw .folder(path: path, reason: error.localizedDescription) }
    }
}
