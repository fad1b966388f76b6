import ArgumentParser
import Foundation
import Ledger
import Model
import Reports

/// What earlier runs did, from the ledger; it is only read.
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Shows what earlier runs did; changes nothing.",
        discussion: """
            RUN is the id of a run, the last part of one (the 4f1c of 2026-11-22T02-00-07Z-4f1c), or 'latest'. \
            A run without an end is 'running', or 'unfinished' where its process is gone.
            """,
        subcommands: [List.self, Show.self, Diff.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the runs, newest first.")

        @OptionGroup var options: HistoryOptions
        @Option(help: ArgumentHelp("The most runs to list; all where it is not said.", valueName: "n"))
        var limit: Int?

        func validate() throws {
            if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1 on") }
        }

        func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

        func run(in world: World) throws {
            let history = try History.open(options, world: world)
            let runs = history.runs.prefix(limit ?? .max).map(history.listed)
            if options.json {
                Console.out(String(decoding: try RunListV1(runs).json(), as: UTF8.self))
            } else {
                let none = "no runs are recorded in \(options.stateDir)"
                Console.err(runs.isEmpty ? none : PastRunText.list(runs))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a run and each of its steps.")

        @OptionGroup var options: HistoryOptions
        @ArgumentParser.Argument(help: "The run.") var run: String

        func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

        func run(in world: World) throws {
            let history = try History.open(options, world: world)
            let detail = try history.detail(run)
            let state = history.listed(detail.run).state
            if options.json {
                Console.out(String(decoding: try PastRunV1(detail, state).json(), as: UTF8.self))
            } else {
                Console.err(PastRunText.show(detail, state))
            }
        }
    }

    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows in what two runs differ.",
            discussion: """
                Steps that only one of them has, or that ended in another way, for another reason or from other \
                inputs; findings that are new or gone; what stood on the networks after each.
                """
        )

        @OptionGroup var options: HistoryOptions
        @ArgumentParser.Argument(help: "The run before.") var before: String
        @ArgumentParser.Argument(help: "The run after.") var after: String

        func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

        func run(in world: World) throws {
            let history = try History.open(options, world: world)
            let (before, after) = (try history.detail(before), try history.detail(after))
            let diff = RunDiff(before, after)
            let heads = (history.listed(before.run), history.listed(after.run))
            if options.json {
                let file = try RunDiffV1(diff, before: heads.0, after: heads.1).json()
                Console.out(String(decoding: file, as: UTF8.self))
            } else {
                Console.err(RunDiffText.render(diff, before: heads.0, after: heads.1))
            }
        }
    }
}

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
private struct History {
    let ledger: Ledger
    /// Newest first.
    let runs: [PastRun]
    /// The runs that go on; nil where nothing is known of any.
    let running: Set<String>?

    /// Opens the ledger to read it; prints what is wrong with it.
    ///
    /// - Throws: ``Exit/environment``.
    static func open(_ options: HistoryOptions, world: World) throws -> History {
        let directory = PathText.join(FileManager.default.currentDirectoryPath, options.stateDir)
        return try reading {
            () throws(LedgerError) in
            let ledger = try Ledger.reading(path: "\(directory)/state.db")
            return History(
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
        do {
            let id = try RunName.resolve(name, among: runs.map(\.id))
            return try Self.reading { () throws(LedgerError) in try ledger.pastRun(id) }
        } catch let error as RunName.Unknown {
            Console.err([error.diagnostic])
            throw Exit.usage
        }
    }

    private static func reading<Value>(_ work: () throws(LedgerError) -> Value) throws -> Value {
        do throws(LedgerError) {
            return try work()
        } catch {
            let failure = error.failure
            Console.err([.error(failure.code, failure.message, hint: failure.hint)])
            throw Exit.environment
        }
    }
}
