import GRDB
package import Model

/// Why the ledger did not do what it was asked.
package enum LedgerError: Error, Hashable, Sendable {
    /// Another process has held it for longer than this one waits.
    case locked(path: String)
    case damaged(path: String, detail: String)
    /// There is none, and whoever asked only wants to read.
    case missing(path: String)
    /// A newer hyperkit wrote it.
    case newerVersion(path: String, found: Int, known: Int)
    /// An older hyperkit wrote it, and whoever asked only wants to read.
    case olderVersion(path: String, found: Int, known: Int)
    /// It is some other program's database.
    case foreignFile(path: String)
    case diskFull(path: String)
    case inputOutput(path: String, detail: String)
    case cannotOpen(path: String, detail: String)
    case readOnly(path: String)
    /// SQLite refused for a reason that none of the others is.
    case unexpected(path: String, detail: String)

    case unknownRun(String)
    case unknownJob(run: String, step: StepID)
    case unknownOperation(ChainOperation.ID)
    /// The step has an operation that is not finished; there is never a second one beside it.
    case operationExists(ChainOperation.ID, step: StepID)
    case notAllowed(ChainOperation.ID, from: ChainOperation.State, to: ChainOperation.State)
    /// What was signed or recorded does not agree with what the operation holds.
    case contradiction(ChainOperation.ID, detail: String)
    /// A budget does not allow it; nothing was reserved.
    case overBudget(OverBudget)
    /// A number beyond 63 bits, which neither EIP-2294 nor EIP-2681 lets a chain have.
    case tooLarge(what: String, UInt64)
}

extension LedgerError: CustomStringConvertible {
    package var description: String {
        let (what, hint) = words
        return hint.map { "\(what); \($0)" } ?? what
    }

    /// What happened, and what to do about it.
    private var words: (what: String, hint: String?) {
        switch self {
        case .locked(let path):
            (
                "the ledger \(path) is locked by another process",
                "wait until the other run has ended, or use another --state-dir"
            )
        case .damaged(let path, let detail):
            (
                "the ledger \(path) is damaged: \(detail)",
                "restore it from a backup, or move it away with its -wal and -shm files and run again: the "
                    + "committed registry and the chain say what is deployed"
            )
        case .missing(let path):
            (
                "there is no ledger \(path): nothing has been run with this state directory",
                "run hyperkit run first, or say where the state is with --state-dir"
            )
        case .olderVersion(let path, let found, let known):
            (
                "the ledger \(path) has schema version \(found), and this hyperkit reads \(known)",
                "the next hyperkit run brings it up to date"
            )
        case .newerVersion(let path, let found, let known):
            (
                "the ledger \(path) has schema version \(found), and this hyperkit knows up to \(known)",
                "use the newer hyperkit that wrote it, or another --state-dir"
            )
        case .foreignFile(let path):
            ("\(path) is the database of another program", "use another --state-dir")
        case .diskFull(let path):
            ("the disk that holds the ledger \(path) is full", "make room and run again: nothing is lost")
        case .inputOutput(let path, let detail):
            (
                "the ledger \(path) cannot be read or written: \(detail)",
                "look at the disk, its quota and the limit on the size of files (ulimit -f)"
            )
        case .cannotOpen(let path, let detail):
            (
                "the ledger \(path) cannot be opened: \(detail)",
                "look at the directory and who may write to it"
            )
        case .readOnly(let path):
            (
                "the ledger \(path) may not be written to",
                "look at who may write to the file and its directory"
            )
        case .unexpected(let path, let detail):
            ("the ledger \(path) failed: \(detail)", nil)
        case .unknownRun(let run):
            ("the ledger knows no run '\(run)'", "see hyperkit runs list")
        case .unknownJob(let run, let step):
            ("the ledger knows no step \(step) of run '\(run)'", nil)
        case .unknownOperation(let id):
            ("the ledger knows no operation \(id)", nil)
        case .operationExists(let id, let step):
            (
                "\(step) has operation \(id), which is not finished",
                "it goes on or is withdrawn before another starts"
            )
        case .notAllowed(let id, let from, let to):
            ("operation \(id) is \(from.rawValue) and cannot become \(to.rawValue)", nil)
        case .contradiction(let id, let detail):
            ("operation \(id): \(detail)", nil)
        case .overBudget(let over):
            (over.description, "raise the budget of the network, or wait; nothing of it was sent")
        case .tooLarge(let what, let value):
            ("\(what) \(value) is larger than any chain may have", nil)
        }
    }

    /// The failure of a step that needed the ledger.
    ///
    /// A ledger that cannot be used is the environment's fault (exit code 5); a refused transition needs a person (4).
    package var failure: StepFailure {
        let (what, hint) = words
        return StepFailure(kind, code: code, what, hint: hint)
    }

    private var kind: StepFailure.Kind {
        switch self {
        case .locked, .damaged, .missing, .newerVersion, .olderVersion, .foreignFile, .diskFull, .inputOutput,
            .cannotOpen, .readOnly, .unexpected:
            .environment
        case .operationExists, .notAllowed, .contradiction, .overBudget: .blocked
        case .unknownRun, .unknownJob, .unknownOperation, .tooLarge: .failed
        }
    }

    private var code: String {
        switch self {
        case .locked: "ledger-locked"
        case .damaged: "ledger-damaged"
        case .missing: "ledger-missing"
        case .newerVersion: "ledger-newer"
        case .olderVersion: "ledger-older"
        case .foreignFile: "ledger-foreign"
        case .diskFull: "disk-full"
        case .inputOutput: "ledger-io"
        case .cannotOpen, .readOnly: "ledger-access"
        case .unexpected: "ledger-failed"
        case .unknownRun, .unknownJob, .unknownOperation: "ledger-unknown"
        case .operationExists, .notAllowed, .contradiction: "journal-refused"
        case .overBudget: "over-budget"
        case .tooLarge: "number-too-large"
        }
    }
}

extension LedgerError {
    /// Says in the room's words what SQLite said; an error that is one of the room's stays as it is.
    init(_ error: any Error, path: String) {
        if let own = error as? LedgerError {
            self = own
            return
        }
        if let row = error as? MalformedRow {
            self = .damaged(path: path, detail: row.detail)
            return
        }
        guard let error = error as? DatabaseError else {
            self = .cannotOpen(path: path, detail: "\(error)")
            return
        }
        // Without the SQL and its arguments: they are noise to a person.
        let detail = "\(error.message ?? "no reason given") (SQLite \(error.extendedResultCode.rawValue))"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: self = .locked(path: path)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: self = .damaged(path: path, detail: detail)
        case .SQLITE_FULL: self = .diskFull(path: path)
        // The index of its log could not grow: SQLite says of it only this.
        case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
            self = .diskFull(path: path)
        case .SQLITE_IOERR, .SQLITE_NOLFS: self = .inputOutput(path: path, detail: detail)
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH: self = .cannotOpen(path: path, detail: detail)
        case .SQLITE_READONLY: self = .readOnly(path: path)
        default: self = .unexpected(path: path, detail: detail)
        }
    }
}
