import ArgumentParser
import Foundation
import Ledger
import Model
import Reports

/// Where history is read, and for whom.
struct HistoryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where state is kept.", valueName: "dir"))
    var stateDir = ".hyperkit"

    @Flag(help: "Prints JSON on standard output.") var json = false

    mutating func validate() throws {
        if stateDir.isEmpty { throw ValidationError("--state-dir takes a directory") }
        stateDir = PathText.normalized(stateDir)
    }
}

/// The runs of a state directory.
struct History {
    /// The state directory, absolute.
    let directory: String
    let ledger: Ledger
    /// Newest first.
    let runs: [PastRun]
    /// The runs that go on; nil where nothing is known of any.
    let running: Set<String>?

    /// Opens the ledger to read it; prints what is wrong with it.
    ///
    /// - Throws: ``Exit/environment``.
    static func open(_ options: HistoryOptions, world: World) throws -> History {
        try open(options.stateDir, world: world)
    }

    /// The same for a state directory, relative to the working directory or absolute.
    static func open(_ stateDir: String, world: World) throws -> History {
        let directory = PathText.join(FileManager.default.currentDirectoryPath, stateDir)
        return try reading {
            () throws(LedgerError) in
            let ledger = try Ledger.reading(path: "\(directory)/state.db")
            return History(
                directory: directory,
                ledger: ledger,
                runs: try ledger.runs(),
                running: StateLock.running(in: directory)
            )
        }
    }

    func listed(_ run: PastRun) -> ListedRun { ListedRun(run, PastRunState(run, running: running)) }

    /// The run of that name; prints which may have been meant.
    ///
    /// - Throws: ``Exit/usage`` where there is none.
    func detail(_ name: String) throws -> PastRunDetail {
        let id = try id(name)
        return try Self.reading { () throws(LedgerError) in try ledger.pastRun(id) }
    }

    /// The id of the run of that name; prints which may have been meant.
    ///
    /// - Throws: ``Exit/usage`` where there is none.
    func id(_ name: String) throws -> String {
        do throws(RunName.Unknown) {
            return try RunName.resolve(name, among: runs.map(\.id))
        } catch {
            Console.err([error.diagnostic])
            throw Exit.usage
        }
    }

    /// Does what the ledger is asked; prints what is wrong with it.
    ///
    /// - Throws: ``Exit/environment``.
    static func reading<Value>(_ work: () throws(LedgerError) -> Value) throws -> Value {
        do throws(LedgerError) {
            return try work()
        } catch {
            let failure = error.failure
            Console.err([.error(failure.code, failure.message, hint: failure.hint)])
            throw Exit.environment
        }
    }
}
