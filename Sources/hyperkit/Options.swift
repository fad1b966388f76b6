import ArgumentParser
import Engine
import Foundation
import Model
import Planning

/// Which manifests, and what fills their variables.
struct ManifestOptions: ParsableArguments {
    @ArgumentParser.Argument(
        help: "A manifest file, or a directory whose *.yaml files are meant (default: manifests).",
        completion: .file()
    )
    var paths: [String] = []

    @Option(name: .customLong("set"), help: ArgumentHelp("Sets a variable.", valueName: "name=value"))
    var assignments: [String] = []

    /// The variables that were set.
    func variables() throws -> [String: String] { try Self.variables(of: assignments) }

    /// The variables that `--set` options set.
    static func variables(of assignments: [String]) throws -> [String: String] {
        var variables: [String: String] = [:]
        for assignment in assignments {
            guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else {
                throw ValidationError("--set takes NAME=VALUE, not '\(assignment)'")
            }
            variables[String(assignment[..<equals])] = String(assignment[assignment.index(after: equals)...])
        }
        return variables
    }

    func validate() throws { _ = try variables() }

    var orDefault: [String] { paths.isEmpty ? ["manifests"] : paths }
}

extension StepID.Kind: ExpressibleByArgument {
    /// Calls belong to the deployment that they are made to, and so does what is shown of its source.
    private static let lastKinds: [StepID.Kind] = [.generate, .compile, .audit, .deploy]

    package static var allValueStrings: [String] { lastKinds.map(\.rawValue) }

    package init?(argument: String) {
        guard let kind = Self.lastKinds.first(where: { $0.rawValue == argument }) else { return nil }
        self = kind
    }
}

/// What of the manifest is meant.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only steps that match, and what they need: a pattern with * and ? of a step's id or of what follows its kind, or tag:WORD of deployments' tags.",
            valueName: "pattern"
        )
    )
    var select: [String] = []

    @Option(
        help: ArgumentHelp("Deploys to this network and to no other than those named.", valueName: "name"))
    var network: [String] = []

    @Flag(help: "Deploys to every network of the manifest.")
    var allNetworks = false

    @Option(
        help: ArgumentHelp("The last kind of step.", valueName: "kind"))
    var until: StepID.Kind = .deploy

    @Option(
        help: ArgumentHelp(
            "Only the i-th of n parts, none of which sends from another's accounts or refers to what another deploys.",
            valueName: "i/n"
        )
    )
    var shard: String?

    func validate() throws {
        if let shard, Shard(shard) == nil {
            throw ValidationError("--shard takes I/N, such as 1/3, 2/3 and 3/3, not '\(shard)'")
        }
    }

    /// Whether nothing was said.
    var isEmpty: Bool {
        select.isEmpty && network.isEmpty && !allNetworks && until == .deploy && shard == nil
    }

    /// All of it as words, the same for the same selection.
    var call: [String] {
        select.sorted() + ["--network"] + network.sorted() + ["--until", until.rawValue, "\(allNetworks)"]
            + (shard.map { ["--shard", $0] } ?? [])
    }

    var request: PlanRequest {
        PlanRequest(
            select: select,
            networks: network,
            allNetworks: allNetworks,
            until: until == .deploy ? .verify : until,
            shard: shard.flatMap { Shard($0) }
        )
    }
}

extension ActionCache.Mode: ExpressibleByArgument {}

enum ProgressStyle: String, ExpressibleByArgument, CaseIterable {
    case auto, tty, plain, json, none
}

/// How a run is done and shown.
struct RunOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where state is kept.", valueName: "dir"))
    var stateDir = ".hyperkit"

    @Option(help: ArgumentHelp("Where reports are written.", valueName: "dir"))
    var reportDir = "reports"

    @Option(
        help: ArgumentHelp("How many steps may run at once (default: the number of cores).", valueName: "n"))
    var jobs: Int?

    @Flag(
        exclusivity: .exclusive,
        help: ArgumentHelp("After a failure: do all that does not need what failed, or start nothing more.")
    )
    var afterFailure: AfterFailure = .keepGoing

    @Option(help: ArgumentHelp("How progress is shown.", valueName: "style"))
    var progress: ProgressStyle = .auto

    @OptionGroup var log: LogOptions

    @Option(help: ArgumentHelp("Also writes events here, one JSON object a line.", valueName: "file"))
    var events: String?

    @Option(
        help: ArgumentHelp(
            "Also draws the steps here on a line of time, as Chrome trace events: open the file in Perfetto.",
            valueName: "file"
        )
    )
    var trace: String?

    @Option(
        help: ArgumentHelp(
            "Whether stored results are used and new ones kept: read-write, read-only or off.",
            valueName: "mode"
        )
    )
    var cacheMode: ActionCache.Mode = .readWrite

    @Flag(help: "Tries again what failed before, though nothing changed.")
    var retryFailed = false

    enum AfterFailure: String, EnumerableFlag {
        case keepGoing, failFast
    }

    /// How many deployments have their source verified at once: services let a caller ask a few times a second.
    private static let talksWithVerifiers = 4

    /// The bounds of the run; `limits` are the manifest's.
    func rules(_ limits: RunLimits) -> RunRules {
        RunRules(
            width: jobs ?? ProcessInfo.processInfo.activeProcessorCount,
            pools: [Claim.verifier.pool: Self.talksWithVerifiers],
            stopsAtFailure: afterFailure == .failFast,
            attempts: limits.retries + 1,
            attemptDeadline: limits.attempt,
            runDeadline: limits.run
        )
    }

    mutating func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs takes a number from 1 on") }
        for (name, directory) in [("--state-dir", stateDir), ("--report-dir", reportDir)]
        where directory.isEmpty {
            throw ValidationError("\(name) takes a directory")
        }
        if log.format == .json {
            guard progress != .tty else {
                throw ValidationError(
                    "--progress tty draws on a terminal; with --log-format json take plain, json or none")
            }
            if progress == .auto { progress = .plain }
        }
        if let events, let trace, PathText.normalized(events) == PathText.normalized(trace) {
            throw ValidationError("--events and --trace take two files")
        }
        stateDir = PathText.normalized(stateDir)
        reportDir = PathText.normalized(reportDir)
    }
}
