import GRDB

extension Ledger {
    /// When what a database transaction wrote has to be on the disk.
    enum Durability {
        /// When the call returns.
        case now
        /// With the next transaction that is there when its call returns, or at the end of this one's process.
        ///
        /// For what nothing outside relies on yet, and what the chain says again: a crash of the program loses none of it,
        /// and a failure of power only the newest of it, never one thing without all that was written before it.
        case withNext
    }

    /// Runs `work` in one immediate transaction; with WAL and `synchronous=NORMAL` a commit does not wait for the disk, and the
    /// next one that does waits for all before it (SQLite's "PRAGMA synchronous").
    func write<Value>(
        _ durability: Durability,
        _ work: (Database) throws -> Value
    ) throws(LedgerError) -> Value {
        switch durability {
        case .now: return try write(work)
        case .withNext:
            do {
                return try queue.writeWithoutTransaction { database in
                    try database.execute(sql: "PRAGMA synchronous = NORMAL")
                    defer { setFull(database) }
                    return try database.transaction(.immediate, work)
                }
            } catch {
                throw LedgerError(error, path: path)
            }
        }
    }

    /// Where that cannot be, nothing more is written: what is to be durable would not be.
    private func setFull(_ database: Database) {
        do {
            try database.execute(sql: "PRAGMA synchronous = FULL")
        } catch {
            preconditionFailure("the ledger cannot be made durable: \(error)")
        }
    }
}

extension Database {
    /// What `work` gives, done in one transaction.
    func transaction<Value>(
        _ kind: TransactionKind,
        _ work: (Database) throws -> Value
    ) throws -> Value {
        var value: Value?
        try inTransaction(kind) {
            value = try work(self)
            return .commit
        }
        guard let value else { throw MalformedRow(detail: "a transaction gave nothing") }
        return value
    }
}
