import GRDB

/// The versions of the ledger's tables and the ways between them.
///
/// The version is also in SQLite's `user_version`, where a program that knows no migrations can read it.
enum Schema {
    /// "hypk": SQLite's mark for whose file it is.
    static let applicationID = 0x6879_706b
    static let current = later.count + 1

    /// What each version behind the first adds, in order; one that was released never changes.
    private static let later = [
        repeats, spending, registry, skipping, proposals, creations, verifications, proxies,
        proposedLayouts, handovers, unsettled, spent, creationRecords, shared, places, plans, underWay,
        others,
    ]

    /// Runs the migrations that the file has not seen.
    ///
    /// - Throws: ``LedgerError/newerVersion(path:found:known:)``, ``LedgerError/foreignFile(path:)`` or what SQLite says.
    static func bringUpToDate(_ queue: DatabaseQueue, path: String) throws {
        var before = try version(of: queue, path: path)
        while before < current {
            do {
                return try migrator.migrate(queue)
            } catch {
                // Of two processes that make one ledger at once the second finds the first one's tables in its way, which may
                // not have come to the end.
                let now = try version(of: queue, path: path)
                guard now > before else { throw error }
                before = now
            }
        }
    }

    /// The version of the file; 0 where it is new.
    private static func version(of queue: DatabaseQueue, path: String) throws -> Int {
        try queue.read { database in
            let owner = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
            let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            let tables = try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'grdb_%'"
            )
            let isNew = owner == 0 && version == 0 && tables == 0
            guard isNew || owner == applicationID else { throw LedgerError.foreignFile(path: path) }
            guard version <= current else {
                throw LedgerError.newerVersion(path: path, found: version, known: current)
            }
            return version
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            for part in [runs, journal, deployments, audits] { try database.execute(sql: part) }
            for (before, after) in ChainOperation.State.transitions {
                try database.execute(
                    sql: "INSERT INTO transitions (before, after) VALUES (?, ?)",
                    arguments: [before.rawValue, after.rawValue]
                )
            }
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: "PRAGMA user_version = 1")
        }
        for (index, statements) in later.enumerated() {
            let version = index + 2
            migrator.registerMigration("\(version)") { database in
                try database.execute(sql: statements)
                try database.execute(sql: "PRAGMA user_version = \(version)")
            }
        }
        return migrator
    }
}
