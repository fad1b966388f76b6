import ArgumentParser
import Engine
import Foundation
import Ledger
import Model
import Reports

/// Why a step ran or was reused, field by field.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Says why a step ran or was reused, field by field; changes nothing.",
        discussion: """
            'why STEP' is about the newest run that has the step, or about --run; it is compared with the run before in \
            which its work was done. 'why RUN RUN' is about every step whose fingerprint differs between two runs. RUN is the \
            id of a run, the last part of one, or 'latest'.
            """
    )

    @OptionGroup var options: HistoryOptions
    @Option(help: ArgumentHelp("The run, where it is not the newest that has the step.", valueName: "run"))
    var run: String?
    @Flag(help: "Also names every field that has not changed, and every step.") var all = false
    @ArgumentParser.Argument(
        help: ArgumentHelp("A step, such as compile:Vault, or two runs.", valueName: "step")) var names:
        [String]

    func validate() throws {
        guard names.count == 1 || names.count == 2 else {
            throw ValidationError("why takes one step, or two runs")
        }
        guard names.count == 1 || run == nil else {
            throw ValidationError("--run goes with a step, not with two runs")
        }
    }

    func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

    func run(in world: World) throws {
        let history = try History.open(options, world: world)
        let files = world.files
        let store = ContentStore(directory: "\(history.directory)/cas", files: files)
        let cache = ActionCache(directory: "\(history.directory)/ac", files: files, store: store)
        if names.count == 2 {
            let (before, after) = (try history.detail(names[0]), try history.detail(names[1]))
            let explanation = RunExplanation(before, after, fields: cache.fingerprint)
            let heads = (history.listed(before.run), history.listed(after.run))
            if options.json {
                let file = try WhyRunsV1(explanation, before: heads.0, after: heads.1).json()
                Console.out(String(decoding: file, as: UTF8.self))
            } else {
                Console.err(WhyRunsText.render(explanation, before: heads.0, after: heads.1, all: all))
            }
            return
        }
        let (now, earlier) = try appearances(in: history)
        let explanation = StepExplanation(now, earlier: earlier, fields: cache.fingerprint)
        if options.json {
            Console.out(String(decoding: try WhyStepV1(explanation).json(), as: UTF8.self))
        } else {
            Console.err(WhyText.render(explanation, all: all))
        }
    }

    /// The step in the run that is meant, and in the runs before it; prints which step may have been meant.
    ///
    /// - Throws: ``Exit/usage`` where there is none.
    private func appearances(in history: History) throws -> (StepInRun, [StepInRun]) {
        let appearances = try StepID(names[0]).map { step in
            try History.reading { () throws(LedgerError) in try history.ledger.history(of: step) }
        }
        let wanted = try run.map(history.id)
        guard let appearances, let newest = appearances.first else {
            let known = try History.reading { () throws(LedgerError) in try history.ledger.stepIDs() }
            Console.err([Self.unknown(names[0], among: known)])
            throw Exit.usage
        }
        guard let place = appearances.firstIndex(where: { $0.run == wanted ?? newest.run }) else {
            Console.err([
                .error(
                    "unknown-step", "run \(wanted ?? "") has no step \(names[0])",
                    hint: "the newest that has it is \(newest.run)")
            ])
            throw Exit.usage
        }
        let now = appearances[place]
        return (now, appearances[(place + 1)...].filter { $0.project == now.project })
    }

    /// A step that no run has, with those that may have been meant.
    static func unknown(_ name: String, among known: [StepID]) -> Diagnostic {
        var near = known.filter { $0.subject == name }.map(\.rawValue)
        if near.isEmpty { near = Nearest.match(for: name, among: known.map(\.rawValue)).map { [$0] } ?? [] }
        if near.isEmpty {
            let subject = Nearest.match(for: name, among: known.map(\.subject))
            near = known.filter { $0.subject == subject }.map(\.rawValue)
        }
        let hint =
            near.isEmpty
            ? "see hyperkit runs show latest" : "did you mean \(near.prefix(3).joined(separator: " or "))?"
        return .error("unknown-step", "no run has a step '\(name)'", hint: hint)
    }
}
