import ArgumentParser
import Foundation
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
