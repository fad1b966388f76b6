import Foundation
import GRDB
package import Model

/// What hyperkit durably knows: runs, deployments, the journal of transactions, findings and who did what.
///
/// Every operation is one database transaction. It is on the disk when the call returns (WAL, `synchronous=FULL`), but for
/// what ``Durability/withNext`` is for. Calls block their thread for some milliseconds and cannot be cancelled halfway.
/// Several processes may use one ledger.
package struct Ledger: Sendable {
    /// The file.
    package let path: String
    let now: @Sendable () -> Timestamp
    let queue: DatabaseQueue

    /// Opens the ledger at `path`, making it and its directory where there is none, and brings it up to date.
    ///
    /// - Parameters:
    ///   - path: The database file, `state.db` of a state directory.
    ///   - patience: How long a call waits for another process before it throws ``LedgerError/locked(path:)``.
    ///   - now: The clock that records are stamped with.
    /// - Returns: The ledger, with every table that this program knows.
    /// - Throws: ``LedgerError``, where the file is damaged, locked, newer than this program or out of reach.
    package static func open(
        path: String,
        patience: Duration = .seconds(10),
        now: @escaping @Sendable () -> Timestamp
    ) throws(LedgerError) -> Ledger {
        let deadline = ContinuousClock.now + patience
        while true {
            do {
                return Ledger(path: path, now: now, queue: try connect(path: path, patience: patience))
            } catch {
                // SQLite does not wait where two processes turn one new file into WAL at once: it says busy right away.
                guard error == .locked(path: path), ContinuousClock.now < deadline else { throw error }
                Thread.sleep(forTimeInterval: 0.005)
            }
        }
    }

    private static func connect(path: String, patience: Duration) throws(LedgerError) -> DatabaseQueue {
        do {
            let directory = URL(filePath: path).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            let queue = try DatabaseQueue(path: path, configuration: configuration(patience: patience))
            try Schema.bringUpToDate(queue, path: path)
            return queue
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    private static func configuration(patience: Duration) -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(patience / .seconds(1))
        configuration.label = "ledger"
        configuration.prepareDatabase { database in
            // NORMAL, GRDB's own choice for WAL, can lose acknowledged commits when the power fails.
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        return configuration
    }

    /// Runs `work` in one immediate transaction; it is durable when this returns.
    func write<Value>(_ work: (Database) throws -> Value) throws(LedgerError) -> Value {
        do { return try queue.write(work) } catch { throw LedgerError(error, path: path) }
    }

    /// Runs `work`, which changes nothing, on one consistent state.
    ///
    /// GRDB's own `read` forbids changes with `PRAGMA query_only`, after which SQLite makes every kept statement anew
    /// (SQLite's "sqlite3_prepare": a flag pragma expires them).
    func read<Value>(_ work: (Database) throws -> Value) throws(LedgerError) -> Value {
        do {
            return try queue.unsafeRead { try $0.transaction(.deferred, work) }
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// Looks at every page, index and reference; slow on a large ledger.
    ///
    /// - Throws: ``LedgerError/damaged(path:detail:)`` with the first thing that is wrong.
    package func check() throws(LedgerError) {
        let path = path
        try read { database in
            let said = try String.fetchAll(database, sql: "PRAGMA integrity_check(3)")
            guard said == ["ok"] else {
                throw LedgerError.damaged(path: path, detail: said.first ?? "integrity check said nothing")
            }
            guard let row = try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") else { return }
            throw LedgerError.damaged(
                path: path, detail: "a row of '\(row[0] as String? ?? "?")' points nowhere")
        }
    }
}
