import ArgumentParser
import Foundation
import Ledger
import Model
import Planning
import Reports

/// Prints the graph of steps; runs nothing.
struct GraphCommand: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case mermaid, dot, json }

    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Prints the graph of steps; runs nothing.",
        discussion: """
            Where earlier runs are known, each step says how long it took when it was last performed, and the chain \
            of steps that takes longest is marked: no number of jobs makes a run shorter than that. Steps \
            that were never performed count as others of their kind.
            """
    )

    @OptionGroup var manifests: ManifestOptions
    @OptionGroup var selection: SelectionOptions
    @Option(help: "How it is drawn.") var format: Format = .mermaid
    @Flag(help: "The same as --format json.") var json = false
    @Option(help: ArgumentHelp("Where state is kept; it is only read.", valueName: "dir"))
    var stateDir = ".hyperkit"
    @Flag(inversion: .prefixedNo, help: "Whether what earlier runs took is drawn.")
    var durations = true

    mutating func validate() throws {
        if stateDir.isEmpty { throw ValidationError("--state-dir takes a directory") }
        stateDir = PathText.normalized(stateDir)
    }

    func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

    func run(in world: World) throws {
        let project = try Project.load(manifests, requireEnvironment: false, world: world)
        let plan = try project.plan(selection.request, world: world).plan
        let past = durations ? past(of: plan, project.manifest.project) : nil
        switch json ? .json : format {
        case .mermaid: Console.out(plan.mermaid(past))
        case .dot: Console.out(plan.dot(past))
        case .json: Console.out(try plan.json(past))
        }
    }

    /// What earlier runs took; nil where there were none, and with a word where they cannot be read.
    private func past(of plan: Plan<Action>, _ project: String) -> DrawnPast? {
        let path = "\(PathText.join(FileManager.default.currentDirectoryPath, stateDir))/state.db"
        do throws(LedgerError) {
            let ledger = try Ledger.reading(path: path, patience: .seconds(2))
            return DrawnPast(of: plan, try ledger.durations(project: project)) { duration in
                PlainWords.duration(milliseconds: Int64(duration / .milliseconds(1)))
            }
        } catch {
            guard case .missing = error else {
                let failure = error.failure
                let message = "the graph is drawn without durations: \(failure.message)"
                Console.err([Diagnostic(.warning, failure.code, message, hint: failure.hint)])
                return nil
            }
            return nil
        }
    }
}
