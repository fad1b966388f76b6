import ArgumentParser
import EthereumTypes
import Foundation
import Model
import Planning
import Reports

/// What a run would do; pure steps that this needs are done, nothing is signed or sent.
struct PlanCommand: AsyncParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Says what a run would do; signs and sends nothing.",
        discussion: """
            Pure steps that the answer needs are done: they are cached and change nothing outside. \
            With --exit-code the command ends with 6 if anything would change.
            """
    )

    @OptionGroup var manifests: ManifestOptions
    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @OptionGroup(title: "Running") var options: RunOptions
    @Option(help: ArgumentHelp("Writes the plan here.", valueName: "file")) var out: String?
    @Flag(help: "Prints the plan file on standard output.") var json = false
    @Flag(help: "Ends with 6 if anything would change.") var exitCode = false

    var log: LogOptions { options.log }

    func validate() throws {
        // Before minutes of compiling: no file can be written there.
        guard let out, FileAccess.live.kind(Self.absolute(out)) == .directory else { return }
        throw ValidationError(
            "--out takes a file, and '\(out)' is a directory: name one in it, such as plan.json")
    }

    func run() async throws {
        try await run(in: .live(scratch: try Scratch.directory()))
    }

    func run(in world: World) async throws {
        let project = try Project.load(manifests, requireEnvironment: true, world: world)
        let planned = try project.plan(selection.request, world: world)
        let files = try options.eventFiles()
        let foreseen = try await Foresight(project, planned, options, world: world).look(files)
        let (ends, forecasts) = (foreseen.ends, foreseen.forecasts)
        Console.err(project.notes(with: planned, world: world))
        for step in planned.plan.steps {
            guard let end = ends[step.id], let failure = end.failure else { continue }
            let details = StepLine.details(end).joined(separator: "\n")
            Console.err(details, as: Message.all(of: failure, step: step.id))
        }
        let lines = SourceLines(directory: FileManager.default.currentDirectoryPath, files: world.files)
        Console.err(
            forecasts.obstacles.map { lines.shown($0).forTerminal }.joined(separator: "\n"),
            as: forecasts.messages
        )
        if let failure = files.failure {
            Console.err([.error("unusable-path", "\(failure)", hint: FileError.remedy)])
            throw Exit.environment
        }

        let steps = Self.steps(planned.plan, foreseen)
        let plan = PlanV2(
            project: project.manifest.project,
            manifests: project.manifest.files,
            createdAt: world.now(),
            chains: foreseen.chains,
            steps: steps,
            forecasts: forecasts,
            signedBefore: foreseen.left.map(PlanV2.SignedBefore.init(_:))
        )
        let file = try plan.json()
        if let out { try world.files.write(Self.absolute(out), file, false) }
        if json { Console.out(String(decoding: file, as: UTF8.self)) }
        let text =
            PlanText.render(
                steps: steps,
                forecasts: forecasts,
                chains: foreseen.chains
            ) + PlanText.leftOut(planned.notNamed.count, on: Set(planned.notNamed.map(\.network)).sorted())
            + "plan    \(try plan.digest())"
            + (out.map { "   apply exactly this with: hyperkit run --plan \($0)" } ?? "") + "\n"
        Console.err(text)
        try finish(steps, forecasts, ends)
    }

    /// Ends with what stops a run, 4 for each deployment that a person must decide about; else with what `--exit-code` asks for.
    private func finish(
        _ steps: [PlanV2.Step],
        _ forecasts: [DeploymentForecast],
        _ ends: [StepID: StepEnd]
    ) throws {
        let (_, code) = RunEnd.Status.of(
            steps: Array(ends.values) + forecasts.compactMap(\.end),
            verdicts: [],
            networks: [],
            interruptedBy: nil
        )
        guard code == 0 else { throw Exit(code: code) }
        let wouldChange = forecasts.contains(where: \.isChange) || steps.contains { $0.action == "run" }
        if exitCode, wouldChange { throw Exit.wouldChange }
    }

    private static func steps(_ plan: Plan<Action>, _ seen: Foresight.Seen) -> [PlanV2.Step] {
        let ends = seen.ends
        let byStep = Dictionary(seen.forecasts.map { ($0.step, $0) }, uniquingKeysWith: { first, _ in first })
        return plan.steps.map { step in
            switch step.work {
            case .generate, .compile, .audit, .check:
                let end = ends[step.id]
                let action =
                    switch end?.status {
                    case .succeeded: "run"
                    case .reused: "reuse"
                    case let other: other?.rawValue ?? "skipped"
                    }
                let reason = end?.failure?.message ?? end?.skippedAfter.map { "after \($0)" } ?? end?.reason
                return PlanV2.Step(
                    id: step.id, action: action, reasons: [reason ?? ""].filter { !$0.isEmpty })
            case .factory:
                return PlanV2.Step(id: step.id, action: "keep", reasons: ["it is put there where it is not"])
            case .deploy, .implementation, .beacon, .proxy:
                let forecast = byStep[step.id]
                return PlanV2.Step(
                    id: step.id,
                    action: forecast?.action.rawValue ?? "blocked",
                    reasons: [forecast?.reason ?? ""]
                )
            case .call(let action):
                let deployment = byStep[action.deploy]
                if deployment?.isStuck == true {
                    return PlanV2.Step(id: step.id, action: "blocked", reasons: ["it needs \(action.deploy)"])
                }
                let call = deployment?.calls.first { $0.name == action.name }
                return PlanV2.Step(
                    id: step.id,
                    action: call.map { $0.obstacle != nil ? "blocked" : "call" } ?? "keep",
                    reasons: [call?.reason ?? "it is not needed"]
                )
            case .verify(let action):
                if seen.shown.contains(step.id) {
                    return PlanV2.Step(id: step.id, action: "keep", reasons: ["its source is shown already"])
                }
                let services = action.network.verifiers.map(\.service.rawValue).joined(separator: ", ")
                return PlanV2.Step(id: step.id, action: "verify", reasons: ["with \(services)"])
            }
        }
    }

    private static func absolute(_ path: String) -> String {
        PathText.join(FileManager.default.currentDirectoryPath, path)
    }
}
