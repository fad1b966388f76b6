import Foundation
import Model
import Testing

@testable import Steps

/// Many seeds of crashes, lost replies, lagging nodes, foreign transactions and reorganisations.
///
/// `HYPERKIT_SEEDS=100000` plays as many; `HYPERKIT_SEED=136` plays that one and prints its moves.
@Suite struct LaneSimulationTests {
    static let environment = ProcessInfo.processInfo.environment

    struct Findings: Sendable {
        var census = LaneCensus()
        /// By seed.
        var problems: [UInt64: [LaneSimulation.Problem]] = [:]

        var firstSeeds: String {
            problems.sorted { $0.key < $1.key }.prefix(5)
                .map { "seed \($0.key): \($0.value.map(\.description).joined(separator: "; "))" }
                .joined(separator: "\n")
        }
    }

    /// Plays seeds, as many at once as there are cores.
    static func play(_ seeds: Range<UInt64>, habit: LaneSimulation.Habit = .proper) async -> Findings {
        let width = UInt64(max(1, ProcessInfo.processInfo.activeProcessorCount))
        return await withTaskGroup(of: Findings.self) { group in
            for part in 0..<width {
                group.addTask { await play(part, of: width, in: seeds, habit) }
            }
            var all = Findings()
            for await findings in group {
                all.census += findings.census
                all.problems.merge(findings.problems) { first, _ in first }
            }
            return all
        }
    }

    @concurrent private static func play(
        _ part: UInt64,
        of width: UInt64,
        in seeds: Range<UInt64>,
        _ habit: LaneSimulation.Habit
    ) async -> Findings {
        var findings = Findings()
        for seed in seeds where seed % width == part {
            var simulation = LaneSimulation(seed, habit: habit)
            simulation.play()
            findings.census += simulation.census
            if !simulation.problems.isEmpty { findings.problems[seed] = simulation.problems }
            // As many as there are cores play at once: no other test would go on meanwhile.
            await Task.yield()
        }
        return findings
    }

    @Test func whateverHappensEachIsDeployedOnce() async {
        if let seed = Self.environment["HYPERKIT_SEED"].flatMap({ UInt64($0) }) {
            var simulation = LaneSimulation(seed, isTraced: true)
            simulation.play()
            print(simulation.trace?.lines.joined(separator: "\n") ?? "")
            #expect(simulation.problems == [])
            return
        }
        let count = Self.environment["HYPERKIT_SEEDS"].flatMap { UInt64($0) } ?? 3_000
        let findings = await Self.play(0..<count)
        if count > 3_000 { print(findings.census) }
        #expect(findings.problems.isEmpty, "\(findings.firstSeeds)")
        #expect(findings.census.missing == [], "not all that can happen has happened")
    }

    @Test func theSameSeedIsTheSameRun() {
        var traces: [[String]] = []
        for _ in 0..<2 {
            var simulation = LaneSimulation(7, isTraced: true)
            simulation.play()
            traces.append(simulation.trace?.lines ?? [])
        }
        #expect(traces[0] == traces[1])
        #expect(traces[0].count > 20)
    }

    /// The orders that are known to be wrong; the checker must see what they do.
    @Test(arguments: [
        LaneSimulation.Habit.sendsBeforeItRecords, .signsAnewAfterACrash, .takesAbsenceForProof,
    ])
    func aWrongOrderDeploysTwiceOrNever(_ habit: LaneSimulation.Habit) async {
        let findings = await Self.play(0..<150, habit: habit)
        let harmful = findings.problems.filter { _, problems in
            problems.contains { $0.kind == .double || $0.kind == .lost }
        }
        #expect(!harmful.isEmpty, "nothing is found in \(findings.census.seeds) seeds")
    }

    @Test func whoeverDoesNotAskWhatIsThereSendsToNothing() async {
        let findings = await Self.play(300..<1_500, habit: .takesAddressesOnTrust)
        let kinds = Set(findings.problems.values.joined().map(\.kind))
        #expect(kinds.isSuperset(of: [.intoNothing, .untrue]), "\(findings.firstSeeds)")
    }

    @Test func whoeverDoesNotLookAtWhatOthersSendDeploysTwice() async {
        let findings = await Self.play(0..<300, habit: .takesNoNoticeOfOthers)
        let doubles = findings.problems.filter { $0.value.contains { $0.kind == .double } }
        #expect(!doubles.isEmpty, "nothing is found in \(findings.census.seeds) seeds")
    }

    // MARK: A crash at every place

    static let networks: [LaneRules] = [
        LaneRules(patience: .seconds(120)),
        LaneRules(inFlight: 1, confirmations: .blocks(3), patience: .seconds(120)),
        LaneRules(bumpAfter: .seconds(20), confirmations: .finalized, patience: .seconds(120)),
    ]

    @Test(arguments: 0..<3, [false, true])
    func aCrashAtAnyMoveLeavesOneOfEach(_ network: Int, _ beginsAtOnce: Bool) {
        var settings = LaneSettings(rules: Self.networks[network], steps: 3)
        settings.beginsAtOnce = beginsAtOnce
        var whole = LaneSimulation(1, settings: settings)
        whole.play()
        #expect(whole.problems == [])
        #expect(whole.moves > 20)
        let mayGroup = settings.rules.inFlight > 1
        #expect(!beginsAtOnce || whole.census.largestSend == (mayGroup ? 3 : 1))
        for move in 1...whole.moves {
            for isAfter in [false, true] {
                var simulation = LaneSimulation(1, settings: settings, crash: (move, isAfter))
                simulation.play()
                #expect(simulation.problems == [], "move \(move), \(isAfter ? "after" : "before") its effect")
            }
        }
    }
}
