import Engine
import Foundation
import Model
import Support
import Testing

@testable import Steps

@Suite struct CompileBatchTests {
    let bench: CompileBench

    init() throws { bench = try CompileBench() }

    private func codes(_ results: [Result<Performed, StepFailure>]) -> [String] {
        results.map { result in
            switch result {
            case .success: "ok"
            case .failure(let failure): failure.code
            }
        }
    }

    @Test func nothingDependsOnWhoElseIsInTheBatch() async throws {
        let all = try bench.everything()
        let alone = await bench.alone(all)
        #expect(codes(alone).filter { $0 == "ok" }.count > 60)
        for seed in UInt64(1)...6 {
            var random = SeededRandom(seed: seed)
            let chosen = Array(
                zip(all, alone).shuffled(using: &random).prefix(Int.random(in: 2...40, using: &random)))
            let before = bench.runs.count
            let found = differences(chosen.map(\.0), chosen.map(\.1), await bench.together(chosen.map(\.0)))
            #expect(found.isEmpty, "seed \(seed)")
            // Most come from the common run: what is compiled alone would be equal to itself.
            #expect(bench.runs.count - before <= 1 + chosen.count / 2, "seed \(seed)")
        }
    }

    @Test func oneRunIsEnoughForManyContracts() async throws {
        let all = try bench.everything().filter { $0.source != .generated(by: .generate($0.contract)) }
            .filter { action in
                guard case .files(let entry, _) = action.source else { return false }
                return entry.hasPrefix("examples/batch")
            }
        #expect(Set(codes(await bench.together(all))) == ["ok"])
        #expect(bench.runs.count == 1)
    }

    @Test func inputsHoldTheirOwnClosureOnly() async throws {
        let actions = [try bench.add("A.sol", "contract A {}"), try bench.add("B.sol", "contract B {}")]
        let results = await bench.together(actions)
        let outputs = try #require(try results.first?.get().outputs)
        let input = try #require(outputs.first { $0.name == CompileOutput.standardInput })
        let sources = try JSONSlice(input.bytes).member("sources")?.members().map(\.key)
        #expect(sources == ["A.sol"])
        #expect(bench.runs.count == 1)
    }

    @Test func aWarningThatAnotherCausedIsNotTaken() async throws {
        let base = "Tests/Fixtures/compile/lib/Flow.sol"
        let actions = [
            try bench.action(base), try bench.action("Tests/Fixtures/compile/Overrides.sol"),
            try bench.add("Other.sol", "contract Other {}"),
        ]
        let alone = await bench.alone(actions)
        let warnings = try alone.map { result in
            let json = try #require(try result.get().outputs.first { $0.name == CompileOutput.compilation })
            return try WireJSON.decode(CompilationV1.self, from: json.bytes).warnings.map(\.code)
        }
        #expect(warnings == [["3805"], ["3805", "5740"], ["3805"]])
        #expect(differences(actions, alone, await bench.together(actions)).isEmpty)
    }

    @Test func warningsBeyondTheCompilersLimitAreNotLost() async throws {
        func many(_ name: String) throws -> CompileAction {
            let functions = (0..<150).map { "function f\($0)() external { }" }.joined(separator: "\n")
            return try bench.add("\(name).sol", "contract \(name) { \(functions) }")
        }
        let actions = [try many("A"), try many("B")]
        #expect(differences(actions, await bench.alone(actions), await bench.together(actions)).isEmpty)
    }

    @Test func onlyThoseThatDoNotCompileFail() async throws {
        var actions = [try bench.add("Bad.sol", "contract Bad { uint x = true; }")]
        for name in ["A", "B", "C"] { actions.append(try bench.add("\(name).sol", "contract \(name) {}")) }
        actions.append(try bench.add("Worse.sol", "contract Worse { uint }"))
        // The compiler gives no place for what its code generator cannot do.
        actions.append(
            try bench.add(
                "Unplaced.sol",
                "contract Unplaced { struct P { uint a; } P[] l; function f(P[2] memory p) external { l = p; } }"
            ))
        actions.append(try bench.add("Lost.sol", #"import "./Nowhere.sol"; contract Lost {}"#))
        let together = await bench.together(actions)
        let runs = bench.runs.count
        #expect(
            codes(together)
                == ["compile-error", "ok", "ok", "ok", "compile-error", "compile-error", "compile-error"])
        #expect(runs <= 14)
        #expect(differences(actions, await bench.alone(actions), together).isEmpty)
    }

    @Test(arguments: [ToolError.timedOut(after: .seconds(300)), .tooMuchOutput(limit: 1)])
    func onlyWhoBringsTheCompilerDownFails(_ fault: ToolError) async throws {
        bench.fakeFault(where: "contract Culprit", fault)
        var actions = [try bench.add("Culprit.sol", "contract Culprit {}")]
        for name in ["A", "B", "C", "D"] {
            actions.append(try bench.add("\(name).sol", "contract \(name) {}"))
        }
        let together = await bench.together(actions)
        #expect(codes(together) == ["compiler-failed", "ok", "ok", "ok", "ok"])
        #expect(differences(actions, await bench.alone(actions), together).isEmpty)
    }

    @Test func onlyWhoCrashesTheCompilerFails() async throws {
        bench.fakeCrash(where: "contract Culprit")
        let contracts = try ["A", "B", "Culprit", "C", "D"].map {
            try bench.add("\($0).sol", "contract \($0) {}")
        }
        let together = await bench.together(contracts)
        #expect(codes(together) == ["ok", "ok", "compiler-failed", "ok", "ok"])
        #expect(differences(contracts, await bench.alone(contracts), together).isEmpty)
    }

    @Test func whereThereIsNoPlaceToWorkInTheMachineIsAtFault() async throws {
        bench.fakeFault(where: "contract", .scratchFailed(reason: "/tmp/x: No space left on device"))
        let contracts = try ["A", "B"].map { try bench.add("\($0).sol", "contract \($0) {}") }
        for result in await bench.together(contracts) {
            guard case .failure(let failure) = result else {
                Issue.record("\(result)")
                continue
            }
            #expect(failure.kind == .environment)
            #expect(failure.message == "a tool has no place to work in: /tmp/x: No space left on device")
            #expect(failure.hint?.contains("make room") == true)
        }
        #expect(bench.runs.count == 1)
    }

    @Test func aMemberThatCannotBeReadFailsAlone() async throws {
        let actions = [try bench.add("A.sol", "contract A {}"), try bench.add("B.sol", "contract B {}")]
        bench.files.set("/project/A.sol", "contract A { }")
        #expect(codes(await bench.together(actions)) == ["source-changed", "ok"])
    }

    @Test func whatIsNotInAClosureIsNotLentByOthers() async throws {
        let base = try bench.add("Base.sol", "contract Base {}")
        var short = try bench.add("Short.sol", #"import "./Base.sol"; contract Short is Base {}"#)
        guard case .files(let entry, let closure) = short.source else { return }
        short.source = .files(entry: entry, closure: closure.filter { $0.path == entry })
        #expect(codes(await bench.together([base, short])) == ["ok", "compile-error"])
    }

    @Test func onlyEqualSettingsShareARun() async throws {
        let step = bench.step
        let plain = try bench.add("A.sol", "contract A {}")
        var other = plain
        other.settings.optimizerRuns = 7
        var pipeline = plain
        pipeline.settings.viaIR = true
        var missing = plain
        missing.settings.solc = .version("0.4.0")
        #expect(step.batchKey(plain) == step.batchKey(try bench.add("B.sol", "contract B {}")))
        #expect(step.batchKey(plain) != step.batchKey(other))
        #expect(step.batchKey(pipeline) == nil)
        #expect(step.batchKey(missing) == nil)
        #expect(
            codes(await bench.together([plain, other, pipeline, missing])) == [
                "ok", "ok", "ok", "no-compiler",
            ])
        #expect(bench.runs.count == 3)
    }
}
