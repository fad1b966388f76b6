import Foundation
import GRDB
import Model

extension Ledger {
    /// Opens the ledger at `path` to look at it: nothing is made, migrated or changed.
    ///
    /// - Parameters:
    ///   - path: The database file, `state.db` of a state directory.
    ///   - patience: How long a call waits for another process before it throws ``LedgerError/locked(path:)``.
    /// - Returns: A ledger whose every operation that would write throws ``LedgerError/readOnly(path:)``.
    /// - Throws: ``LedgerError``, ``LedgerError/missing(path:)`` among them.
    package static func reading(
        path: String,
        patience: Duration = .seconds(10)
    ) throws(LedgerError) -> Ledger {
        guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
        do throws(LedgerError) {
            return try reading(path: path, at: path, patience)
        } catch {
            // SQLite wants to make the index of a log that is not there, also where there is nothing in it to read.
            guard isRefusal(error), !hasLog(path) else { throw error }
            return try reading(path: path, at: unchanging(path), patience)
        }
    }

    /// Whether the file, or its folder, may not be written to.
    private static func isRefusal(_ error: LedgerError) -> Bool {
        switch error {
        case .readOnly, .cannotOpen: true
        default: false
        }
    }

    /// Whether there is something in the log ahead of the file.
    private static func hasLog(_ path: String) -> Bool {
        let log = try? FileManager.default.attributesOfItem(atPath: "\(path)-wal")
        return (log?[.size] as? Int ?? 0) > 0
    }

    /// The file as SQLite opens it where nobody can change it (SQLite's "Uniform Resource Identifiers": `immutable`).
    private static func unchanging(_ path: String) -> String {
        URL(filePath: path).absoluteString + "?immutable=1"
    }

    /// `place` is what SQLite is told to open.
    private static func reading(
        path: String,
        at place: String,
        _ patience: Duration
    ) throws(LedgerError) -> Ledger {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(patience / .seconds(1))
        configuration.label = "ledger"
        do {
            let queue = try DatabaseQueue(path: place, configuration: configuration)
            try queue.read { try requireKnown($0, path: path) }
            // Records are stamped by who writes them.
            return Ledger(path: path, now: { Timestamp(milliseconds: 0) }, queue: queue)
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    private static func requireKnown(_ database: Database, path: String) throws {
        let owner = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard owner == Schema.applicationID else {
            let tables = try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'grdb_%'")
            // What a process leaves that is killed before it has made the tables.
            throw tables == 0 ? LedgerError.missing(path: path) : .foreignFile(path: path)
        }
        guard version <= Schema.current else {
            throw LedgerError.newerVersion(path: path, found: version, known: Schema.current)
        }
        guard version == Schema.current else {
            throw LedgerError.olderVersion(path: path, found: version, known: Schema.current)
        }
    }
}
