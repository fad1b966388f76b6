import ArgumentParser
import Engine
import Foundation
import Ledger
import Model
import Reports

/// What is stored of earlier work: how much, whether it is whole, and making room.
struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Shows, checks and shrinks what is stored of earlier work.",
        discussion:
            "Whatever goes is made again when it is needed; runs, deployments and reports are not touched.",
        subcommands: [Info.self, Verify.self, Collect.self]
    )

    struct Info: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what is stored and how much it takes; changes nothing.")

        @OptionGroup var options: HistoryOptions

        func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

        func run(in world: World) throws {
            let survey = try CacheCommand.survey(try CacheCommand.folder(options, world), options)
            if options.json {
                Console.out(String(decoding: try CacheInfoV1(survey).json(), as: UTF8.self))
            } else {
                Console.err(CacheText.info(survey, directory: options.stateDir))
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Looks at every byte that is stored, and removes what is damaged.",
            discussion: """
                What is removed is named, and made again when it is needed. Ends with 0 where all is whole, with 1 where \
                something was damaged, and with 5 where a run uses the directory.
                """
        )

        @OptionGroup var options: HistoryOptions

        func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

        func run(in world: World) throws {
            let folder = try CacheCommand.folder(options, world)
            let lock = try StateLock.exclusive(options.stateDir, world: world)
            let check = try folder.check(at: world.now())
            withExtendedLifetime(lock) {}
            if options.json {
                Console.out(String(decoding: try CacheCheckV1(check).json(), as: UTF8.self))
            } else {
                Console.err(CacheText.check(check))
            }
            guard check.isWhole else { throw Exit.failure }
        }
    }

    struct Collect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gc",
            abstract: "Removes what has not been used for longest.",
            discussion: """
                At least one of --max-size and --max-age is said. Results that go leave their fields for 90 days, so that \
                'hyperkit why' can say what happened; where --max-size is exceeded, results go until nine tenths of it are \
                left. Content that no result needs goes always, and so do temporary files older than a day. Ends with 5, and \
                removes nothing, where a run uses the directory.
                """
        )

        @OptionGroup var options: HistoryOptions
        @Option(
            help: ArgumentHelp("How much may stay: a number of B, KiB, MiB, GiB or TiB.", valueName: "2GiB"))
        var maxSize: ByteCount?
        @Option(
            help: ArgumentHelp(
                "How long ago what stays was used: a number of s, m, h or d.", valueName: "30d"))
        var maxAge: Age?
        @Flag(help: "Says what would go, and removes nothing.") var dryRun = false

        func validate() throws {
            guard maxSize != nil || maxAge != nil else {
                throw ValidationError("say how much may stay: --max-size 2GiB, --max-age 30d, or both")
            }
        }

        func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

        func run(in world: World) throws {
            let folder = try CacheCommand.folder(options, world)
            let lock = dryRun ? nil : try StateLock.exclusive(options.stateDir, world: world)
            let now = world.now()
            let limits = CacheSweep.Limits(size: maxSize, age: maxAge?.duration)
            let sweep = CacheSweep(try CacheCommand.survey(folder, options), limits: limits, at: now)
            if !dryRun { try folder.apply(sweep, at: now) }
            withExtendedLifetime(lock) {}
            if options.json {
                Console.out(
                    String(decoding: try CacheSweepV1(sweep, isDryRun: dryRun).json(), as: UTF8.self))
            } else {
                Console.err(CacheText.sweep(sweep, isDryRun: dryRun))
            }
        }
    }

    /// What is there, with when it was used as the ledger knows it.
    private static func survey(_ folder: CacheFolder, _ options: HistoryOptions) throws -> CacheSurvey {
        let path = PathText.join(FileManager.default.currentDirectoryPath, "\(options.stateDir)/state.db")
        let uses = try History.reading { () throws(LedgerError) in
            do throws(LedgerError) {
                return try Ledger.reading(path: path).repeatedUses()
            } catch {
                // Without a ledger there were no runs that it could know of.
                guard error == .missing(path: path) else { throw error }
                return [:]
            }
        }
        return try folder.survey().used(at: uses)
    }

    /// - Throws: ``Exit/environment`` after saying that there is no state directory.
    private static func folder(_ options: HistoryOptions, _ world: World) throws -> CacheFolder {
        let directory = PathText.join(FileManager.default.currentDirectoryPath, options.stateDir)
        guard world.files.kind(directory) == .directory else {
            Console.err([
                .error(
                    "no-state", "there is no state directory \(options.stateDir): nothing is stored",
                    hint: "run hyperkit run first, or say where the state is with --state-dir")
            ])
            throw Exit.environment
        }
        return CacheFolder(stateDirectory: directory, files: world.files)
    }
}

/// How long ago something was: `90s`, `5m`, `2h`, `30d`.
struct Age: Hashable, ExpressibleByArgument {
    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    private static let mostSeconds: Int64 = 100 * 366 * 86_400

    let duration: Duration

    /// Reads a whole number and a unit; nil for any other text, also for more than a hundred years.
    init?(argument: String) {
        let digits = argument.dropLast()
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(digits),
            let unit = argument.last.flatMap({ Self.units[$0] }), number <= Self.mostSeconds / unit
        else { return nil }
        duration = .seconds(number * unit)
    }
}

extension ByteCount: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}
