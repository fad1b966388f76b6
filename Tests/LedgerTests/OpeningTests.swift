import Foundation
import GRDB
import Model
import Testing

@testable import Ledger

@Suite struct OpeningTests {
    let bench: Bench

    init() throws { bench = try Bench() }

    @Test func aNewLedgerMakesItsDirectoryAndIsDurable() throws {
        let ledger = try bench.open()
        let settings = try ledger.read { database in
            try ["journal_mode", "synchronous", "foreign_keys", "busy_timeout", "user_version"].map {
                try String.fetchOne(database, sql: "PRAGMA \($0)") ?? ""
            }
        }
        #expect(settings == ["wal", "2", "1", "10000", "\(Schema.current)"])
        try ledger.check()
    }

    @Test func whatNeedNotBeOnTheDiskAtOnceLeavesTheNextOnesDurable() throws {
        let ledger = try bench.begun()
        func synchronous(_ database: Database) throws -> Int? {
            try Int.fetchOne(database, sql: "PRAGMA synchronous")
        }
        #expect(try ledger.write(.withNext, synchronous) == 1)
        #expect(try ledger.write(.now, synchronous) == 2)
        #expect(throws: LedgerError.self) {
            try ledger.write(.withNext) { try $0.execute(sql: "INSERT INTO no_table VALUES (1)") }
        }
        #expect(try ledger.write(.now, synchronous) == 2)
    }

    @Test func everyTableThatIsPromisedIsThere() throws {
        let tables = try bench.open().read { database in
            try String.fetchSet(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        let promised: Set = [
            "users", "runs", "jobs", "deployments", "transactions", "security_audits", "audit_logs",
        ]
        #expect(promised.isSubset(of: tables))
    }

    @Test func opensAgainWithWhatItHad() throws {
        _ = try bench.begun()
        #expect(try bench.open().runs().map(\.id) == [Bench.run])
    }

    /// Where the index of the log cannot be made, as in a folder that may not be written to, there is still the file.
    @Test func whatMayNotBeWrittenToIsRead() throws {
        _ = try bench.begun()
        let index = URL(filePath: "\(bench.path)-shm")
        try? FileManager.default.removeItem(at: index)
        // SQLite follows no link there, whoever asks: permissions would not keep the superuser out.
        try FileManager.default.createSymbolicLink(
            at: index, withDestinationURL: bench.directory.appending(path: "x"))
        #expect(try Ledger.reading(path: bench.path).runs().map(\.id) == [Bench.run])
        // What is only in the log would be missed.
        try Data("log".utf8).write(to: URL(filePath: "\(bench.path)-wal"))
        #expect(throws: LedgerError.self) { try Ledger.reading(path: bench.path).runs() }
    }

    @Test func aNewerLedgerIsRefused() throws {
        _ = try bench.begun()
        let raw = try DatabaseQueue(path: bench.path)
        try raw.write { try $0.execute(sql: "PRAGMA user_version = 1000") }
        let error = #expect(
            throws: LedgerError.newerVersion(path: bench.path, found: 1000, known: Schema.current)
        ) {
            try bench.open()
        }
        #expect(error?.failure.kind == .environment)
        #expect(error?.description.contains("use the newer hyperkit") == true)
    }

    @Test func aFileThatHasNotBeenMigratedIsBroughtUpToDate() throws {
        try makeDirectory()
        // What a process leaves that is killed before its first migration.
        let raw = try DatabaseQueue(path: bench.path)
        try raw.write {
            try $0.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        }
        let ledger = try bench.begun()
        #expect(try ledger.runs().count == 1)
        #expect(try ledger.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == Schema.current)
    }

    @Test func theDatabaseOfAnotherProgramIsRefused() throws {
        try makeDirectory()
        let raw = try DatabaseQueue(path: bench.path)
        try raw.write { try $0.execute(sql: "CREATE TABLE bookmarks (url TEXT)") }
        #expect(throws: LedgerError.foreignFile(path: bench.path)) { try bench.open() }
    }

    @Test func aFileThatIsNoDatabaseIsDamaged() throws {
        try makeDirectory()
        try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: bench.path))
        let error = try #require(throws: LedgerError.self) { try bench.open() }
        guard case .damaged(let path, _) = error else {
            Issue.record("expected damage, got \(error)")
            return
        }
        #expect(path == bench.path)
        #expect(error.failure.kind == .environment)
    }

    @Test func damagedPagesAreFoundWhenTheyAreUsed() throws {
        do {
            let ledger = try bench.begun()
            for number in 0..<200 {
                try ledger.appendLog(actor: "ada", action: "test", subject: "\(number)", detail: "")
            }
            try ledger.write { _ in }
        }
        // The last connection is closed, so everything is in the one file.
        var bytes = try Data(contentsOf: URL(filePath: bench.path))
        bytes.replaceSubrange(4096..<bytes.count, with: Data(repeating: 0xa5, count: bytes.count - 4096))
        try bytes.write(to: URL(filePath: bench.path))
        let error = try #require(throws: LedgerError.self) { try bench.open().runs() }
        #expect(error.failure.code == "ledger-damaged")
    }

    @Test func aDirectoryThatCannotBeMadeIsSaid() throws {
        try Data().write(to: bench.directory.appending(path: "state"))
        let error = try #require(throws: LedgerError.self) { try bench.open() }
        #expect(error.failure.code == "ledger-access")
        #expect(error.failure.kind == .environment)
    }

    @Test func aFullDiskIsSaid() throws {
        let ledger = try bench.begun()
        let error = try #require(throws: LedgerError.self) {
            try ledger.write { database in
                let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
                try database.execute(sql: "PRAGMA max_page_count = \(pages)")
                for number in 0..<1_000 {
                    try ledger.append(
                        actor: "ada", action: "test", subject: "\(number)",
                        detail: String(repeating: "x", count: 500), in: database)
                }
            }
        }
        #expect(error == .diskFull(path: bench.path))
        #expect(try ledger.log().map(\.action) == ["run.started"])
    }

    private func makeDirectory() throws {
        try FileManager.default.createDirectory(
            at: URL(filePath: bench.path).deletingLastPathComponent(), withIntermediateDirectories: true)
    }
}
