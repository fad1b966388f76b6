import Foundation
import Glibc
import Model
import Testing

@testable import hyperkit

@Suite final class LiveFilesTests {
    let files = FileAccess.live
    let base = NSTemporaryDirectory() + "hyperkit-files-\(UInt64.random(in: 0 ... .max))"

    init() throws {
        try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: base) }

    @Test(arguments: [true, false])
    func writesAndReadsBackMakingDirectoriesOnTheWay(_ durable: Bool) throws {
        let path = "\(base)/a/b/c.bin"
        // Around what is read at once, and much more.
        for size in [0, 1, 16_383, 16_384, 16_385, 32_768, 3_000_000] {
            let bytes = Data((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 2) })
            try files.write(path, bytes, durable)
            #expect(try files.read(path) == bytes)
            let found = try files.digest(path)
            #expect(found?.digest == Digest(of: bytes))
            #expect(found?.bytes == size)
            let aged = try files.readAged(path)
            #expect(aged?.bytes == bytes)
            #expect(aged?.modified == files.status(path)?.modified)
        }
        #expect(try files.list("\(base)/a/b") == ["c.bin"])
    }

    @Test func readsNothingWhereThereIsNothing() throws {
        try files.write("\(base)/file", Data(), false)
        #expect(try files.read("\(base)/absent") == nil)
        #expect(try files.read("\(base)/absent/below") == nil)
        #expect(try files.read("\(base)/file/below") == nil)
        #expect(throws: FileError(path: base, reason: "Is a directory")) { try self.files.read(self.base) }
        #expect(try files.digest("\(base)/absent") == nil)
        #expect(try files.readAged("\(base)/absent") == nil)
        #expect(throws: FileError(path: base, reason: "Is a directory")) {
            _ = try self.files.digest(self.base)
        }
    }

    /// Nobody may ever write to the one, and the other has no end.
    @Test func refusesWhatIsNoRegularFileAtOnce() throws {
        let pipe = "\(base)/pipe"
        try #require(unsafe mkfifo(pipe, 0o600) == 0)
        for path in [pipe, "/dev/zero"] {
            let refusal = FileError(path: path, reason: FileError.noFile)
            #expect(throws: refusal) { try self.files.read(path) }
            #expect(throws: refusal) { _ = try self.files.digest(path) }
            #expect(throws: refusal) { _ = try self.files.readAged(path) }
        }
    }

    @Test(arguments: [-7_200.0, -1_800, 1_800])
    func notesAUseToTheHour(_ age: Double) throws {
        let path = "\(base)/used"
        try files.write(path, Data(), false)
        let before = Date().addingTimeInterval(age)
        try FileManager.default.setAttributes([.modificationDate: before], ofItemAtPath: path)
        files.touch(path)
        let after = try #require(files.status(path)).modified
        // A time that is yet to come is none at which it was used.
        let stays = age == -1_800
        #expect((abs(after - Int64(before.timeIntervalSince1970 * 1e9)) < 1_000_000_000) == stays)
    }

    @Test func givesAFileTheModeOfTheUmask() throws {
        try files.write("\(base)/file", Data(), true)
        let mode = try FileManager.default.attributesOfItem(atPath: "\(base)/file")[.posixPermissions] as? Int
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Umask:") })
        let mask = try #require(Int(line.dropFirst(6).trimmingCharacters(in: .whitespaces), radix: 8))
        #expect(mode == 0o666 & ~mask)
    }

    @Test func aFailedWriteLeavesWhatWasThereAndNothingElse() throws {
        try files.write("\(base)/taken/inside", Data("old".utf8), false)
        #expect(throws: FileError(path: "\(base)/taken", reason: "Is a directory")) {
            try self.files.write("\(self.base)/taken", Data("new".utf8), true)
        }
        #expect(try files.list(base) == ["taken"])
        #expect(try files.read("\(base)/taken/inside") == Data("old".utf8))
        #expect(throws: FileError(path: "\(base)/taken/inside", reason: "Not a directory")) {
            try self.files.write("\(self.base)/taken/inside/below/x", Data(), false)
        }
    }

    @Test func replacesALinkNotWhatItLeadsTo() throws {
        try files.write("\(base)/real", Data("real".utf8), false)
        try FileManager.default.createSymbolicLink(atPath: "\(base)/link", withDestinationPath: "real")
        try files.write("\(base)/link", Data("new".utf8), false)
        #expect(try files.read("\(base)/real") == Data("real".utf8))
        #expect(try files.read("\(base)/link") == Data("new".utf8))
    }

    @Test(arguments: [
        (0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o610, false), (0o666, false),
    ])
    func readsAPrivateFileOfItsOwnerAlone(_ mode: Int, isPrivate: Bool) throws {
        let path = "\(base)/key"
        try files.write(path, Data("secret".utf8), false)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        let found = try files.readPrivate(path)
        #expect(found == (isPrivate ? .file(Data("secret".utf8)) : .open(mode: mode)))
    }

    @Test func followsNoLinkToAPrivateFileAndWaitsForNoPipe() throws {
        try files.createPrivate("\(base)/key", Data("secret".utf8))
        try FileManager.default.createSymbolicLink(atPath: "\(base)/link", withDestinationPath: "key")
        let made = unsafe mkfifo("\(base)/pipe", 0o600)
        #expect(made == 0)
        #expect(try files.readPrivate("\(base)/link") == .link)
        #expect(try files.readPrivate("\(base)/pipe") == .other)
        #expect(try files.readPrivate(base) == .other)
        #expect(try files.readPrivate("\(base)/absent") == .absent)
        #expect(try files.readPrivate("\(base)/key/below") == .absent)
    }

    @Test func createsAPrivateFileAndOverwritesNone() throws {
        let path = "\(base)/keys/ci.json"
        try files.createPrivate(path, Data("first".utf8))
        #expect(throws: FileError(path: path, reason: "File exists")) {
            try self.files.createPrivate(path, Data("second".utf8))
        }
        #expect(try files.readPrivate(path) == .file(Data("first".utf8)))
        #expect(try files.list("\(base)/keys") == ["ci.json"])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try FileManager.default.createSymbolicLink(atPath: "\(base)/link", withDestinationPath: "elsewhere")
        #expect(throws: FileError.self) { try self.files.createPrivate("\(self.base)/link", Data()) }
        #expect(try files.list(base) == ["keys", "link"])
    }

    @Test func tellsKindsThroughLinks() throws {
        try files.write("\(base)/file", Data(), false)
        for (name, target) in [("toFile", "file"), ("toDirectory", "."), ("toNowhere", "absent")] {
            try FileManager.default.createSymbolicLink(atPath: "\(base)/\(name)", withDestinationPath: target)
        }
        #expect(files.kind("\(base)/file") == .file)
        #expect(files.kind(base) == .directory)
        #expect(files.kind("\(base)/toFile") == .file)
        #expect(files.kind("\(base)/toDirectory") == .directory)
        #expect(files.kind("\(base)/toNowhere") == .other)
        #expect(files.kind("/dev/null") == .other)
        #expect(files.kind("\(base)/absent") == nil)
        let real = try #require(files.resolved(base))
        #expect(files.resolved("\(base)/toDirectory/toFile") == "\(real)/file")
        #expect(files.resolved("\(base)/toNowhere") == nil)
    }

    @Test func listsInOrderWithHiddenNames() throws {
        for name in ["b", "a", ".c", "ä", "B"] { try files.write("\(base)/\(name)", Data(), false) }
        #expect(try files.list(base) == [".c", "B", "a", "b", "ä"])
        #expect(try files.list("\(base)/absent") == [])
    }

    @Test func removesATreeAndNotWhatItsLinksLeadTo() throws {
        try files.write("\(base)/kept/file", Data(), false)
        try files.write("\(base)/tree/a/b/file", Data(), false)
        try FileManager.default.createSymbolicLink(
            atPath: "\(base)/tree/a/link", withDestinationPath: "\(base)/kept")
        try files.remove("\(base)/tree")
        try files.remove("\(base)/tree")
        #expect(try files.list(base) == ["kept"])
        #expect(try files.list("\(base)/kept") == ["file"])
    }
}
