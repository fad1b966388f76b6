import Foundation
import Glibc

/// Processes of this machine, as /proc tells of them.
struct ProcessEntry: Hashable, CustomStringConvertible {
    var id: Int32
    var parent: Int32
    var name: String
    /// Tells a process from a later one with its id.
    var startTime: String

    var description: String { "\(name) (\(id))" }

    /// nil where there is none, and for one that is dead and waits to be asked for.
    init?(_ id: Int32) {
        // The name is in parentheses and may hold anything; fields are counted behind it.
        guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
            let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", let parent = Int32(fields[1]) else { return nil }
        self.id = id
        self.parent = parent
        name = String(text[text.index(after: open)..<close])
        startTime = String(fields[19])
    }

    /// Empty for one that is gone.
    var arguments: [String] {
        let line = try? Data(contentsOf: URL(filePath: "/proc/\(id)/cmdline"))
        return String(decoding: line ?? Data(), as: UTF8.self).components(separatedBy: "\0")
    }

    var isAlive: Bool { ProcessEntry(id)?.startTime == startTime }

    /// What a process started, and what that started.
    static func descendants(of id: Int32) throws -> [ProcessEntry] {
        let all = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }
            .compactMap { ProcessEntry($0) }
        var family: [ProcessEntry] = []
        var parents: Set<Int32> = [id]
        while !parents.isEmpty {
            let next = all.filter { parents.contains($0.parent) }
            family += next
            parents = Set(next.map(\.id))
        }
        return family
    }
}

extension [ProcessEntry] {
    /// Waits until all have ended: nothing tells us of processes that are not our children.
    ///
    /// - Returns: Those that live on for longer than anybody should wait.
    func survivors() async throws -> [ProcessEntry] {
        for _ in 0..<500 {
            if allSatisfy({ !$0.isAlive }) { return [] }
            try await Task.sleep(for: .milliseconds(20))
        }
        return filter(\.isAlive)
    }
}

/// Waits until a lock file is free: a killed process gives its locks back a moment after it is seen to be dead.
///
/// - Returns: false where it stays locked for longer than anybody should wait.
func becomesUnlocked(_ file: URL) async throws -> Bool {
    for _ in 0..<500 {
        if isUnlocked(file) { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return false
}

/// Whether a lock file is free.
private func isUnlocked(_ file: URL) -> Bool {
    let descriptor = unsafe open(file.path(), O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { _ = close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0
}
