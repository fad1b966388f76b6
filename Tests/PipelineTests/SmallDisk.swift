import Foundation
import Glibc

/// A disk that can be full: a tmpfs in a mount namespace of its own, which programs that enter it see.
///
/// Anybody may make one in a user namespace of his own; where the system forbids that, root needs none.
final class SmallDisk {
    struct Impossible: Error, CustomStringConvertible {
        var said: [String]
        var description: String {
            "no disk could be made, neither in a user namespace nor as root: \(said.joined(separator: "; ")). "
                + "Run the tests where one of the two is allowed"
        }
    }

    private let holder: Child
    private let input: Pipe
    private let entry: [String]
    /// Where its folders are seen by those who have not entered it.
    private let outside: URL
    private let filler: URL

    private static let bytes = 96 << 20

    /// Makes a disk that has each of `folders`, which must be there.
    init(holding folders: [URL], near base: URL) async throws {
        let disk = base.appending(path: "disk")
        try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
        let script = """
            mount -t tmpfs -o size=\(Self.bytes) tmpfs "$0" || exit
            n=0
            for folder in "$@"; do
                n=$((n + 1))
                mkdir "$0/$n" && mount --bind "$0/$n" "$folder" || exit
            done
            echo ready >&2
            exec cat
            """
        var said: [String] = []
        for kind in [["--user", "--map-root-user", "--mount"], ["--mount"]] {
            let input = Pipe()
            let holder = try Child(
                URL(filePath: "/usr/bin/unshare"),
                kind + ["/bin/sh", "-c", script, disk.path()] + folders.map { $0.path() },
                in: base,
                output: base.appending(path: "disk-output"),
                input: input
            )
            let line = await holder.nextErrorLine()
            guard line == "ready" else {
                said.append("unshare \(kind.joined(separator: " ")): \(line ?? "it ended")")
                continue
            }
            self.holder = holder
            self.input = input
            let user = kind.contains("--user") ? ["--user", "--preserve-credentials"] : []
            entry = ["--target", "\(holder.processID)"] + user + ["--mount", "--"]
            outside = URL(filePath: "/proc/\(holder.processID)/root")
            filler = outside.appending(path: disk.path()).appending(path: "filler")
            return
        }
        throw Impossible(said: said)
    }

    deinit { try? input.fileHandleForWriting.close() }

    /// A folder of the disk as the outside sees it.
    func view(of folder: URL) -> URL { outside.appending(path: folder.path()) }

    /// The call of a program that enters the disk first; its process stays the one that is started.
    func entering(_ directory: URL, _ program: URL, _ arguments: [String]) -> (URL, [String]) {
        let shell = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory.path(), program.path()]
        return (URL(filePath: "/usr/bin/nsenter"), entry + shell + arguments)
    }

    /// How many bytes are taken.
    func used() throws -> Int { Self.bytes - (try free()) }

    /// Takes all room but so many bytes.
    func fill(leaving room: Int) throws {
        try makeRoom()
        let descriptor = unsafe open(filler.path(), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        let taken = try free() - room
        guard taken > 0 else { return }
        let code = posix_fallocate(descriptor, 0, off_t(taken))
        guard code == 0 else { throw POSIXError(.init(rawValue: code) ?? .EIO) }
    }

    /// Gives back what was taken.
    func makeRoom() throws {
        guard unsafe unlink(filler.path()) == 0 || errno == ENOENT else {
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
    }

    private func free() throws -> Int {
        var status = statvfs()
        let path = filler.deletingLastPathComponent().path()
        guard unsafe statvfs(path, &status) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }
}
