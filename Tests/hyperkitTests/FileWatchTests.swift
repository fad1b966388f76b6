import Foundation
import Model
import Testing

@testable import hyperkit

/// What a run saw, and whether it still holds.
@Suite struct FileWatchTests {
    private let directory: String
    private let world: World

    init() throws {
        let base = FileManager.default.temporaryDirectory.appending(
            path: "hyperkit-watch-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(
            at: base.appending(path: "src"), withIntermediateDirectories: true)
        directory = base.path
        var world = World.live(scratch: directory)
        let now = world.now
        // Files of this test are younger than what is trusted: the watch begins later.
        world.now = { Timestamp(milliseconds: now().milliseconds + 10_000) }
        self.world = world
        try write("src/A.sol", "contract A {}")
        try write("src/B.sol", "contract B {}")
    }

    private func write(_ path: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(path)"))
    }

    /// What a run that lists, reads and looks for files has seen.
    private func watched(at start: World? = nil) throws -> Data? {
        let watch = FileWatch(start ?? world, own: ["\(directory)/state"])
        let files = watch.world.files
        for name in try files.list("\(directory)/src") { _ = try files.read("\(directory)/src/\(name)") }
        #expect(try files.read("\(directory)/missing.toml") == nil)
        #expect(files.kind("\(directory)") == .directory)
        try files.write("\(directory)/state/x", Data(), false)
        _ = try files.read("\(directory)/state/x")
        return watch.seen().map(WatchRecords.encoded)
    }

    private func holds(_ records: Data) -> Bool { WatchRecords.allHold(records, in: world.files) }

    @Test func whatDidNotChangeHolds() throws {
        let records = try #require(try watched())
        #expect(holds(records))
        // Its own state may change, and what is beside.
        try write("state/x", "changed")
        try write("other.txt", "new")
        #expect(holds(records))
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5])
    func everyChangeIsSeen(_ change: Int) throws {
        let records = try #require(try watched())
        switch change {
        case 0: try write("src/A.sol", "contract A { }")
        case 1: try write("src/A.sol", "contract Z {}")
        case 2: try write("src/C.sol", "contract C {}")
        case 3: try FileManager.default.removeItem(atPath: "\(directory)/src/B.sol")
        case 4: try write("missing.toml", "")
        default:
            try FileManager.default.removeItem(atPath: "\(directory)/src/A.sol")
            try write("src/A.sol", "contract A {}")
        }
        #expect(!holds(records))
    }

    @Test func aFileAsYoungAsTheRunIsNotTrusted() throws {
        #expect(try watched(at: .live(scratch: directory)) == nil)
    }

    @Test func damagedRecordsDoNotHold() throws {
        let records = try #require(try watched())
        for length in [1, 40, 41, records.count - 1] { #expect(!holds(records.prefix(length))) }
        var wrong = records
        wrong[0] = 9
        #expect(!holds(wrong))
    }
}
