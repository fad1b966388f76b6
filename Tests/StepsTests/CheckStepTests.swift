import Engine
import Foundation
import Model
import Support
import Testing

@testable import Steps

@Suite struct CheckStepTests {
    let bench = CheckBench()

    @Test func aPassKeepsWhatItSaidAndMayStandIn() async throws {
        let performed = try await bench.step.perform(bench.action("pwd; echo hint >&2; cat"))
        #expect(performed.outputs.map(\.name) == ["stdout.txt", "stderr.txt"])
        let root = try #require(FileManager.default.temporaryDirectory.path().split(separator: "/").last)
        let said = performed.outputs.map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(said.first?.split(separator: "/").last.map { $0.dropLast() } == root)
        #expect(said.last == "hint\n")
        #expect(performed.isReusable)
    }

    @Test func nothingButPathHomeAndWhatIsListedIsInItsEnvironment() async throws {
        bench.set(["HOME": "/home/u", "TOKEN": "t", "CI": "true", "OTHER": "x"])
        let performed = try await bench.step.perform(bench.action("env", environment: ["TOKEN", "GONE"]))
        let lines = String(decoding: try #require(performed.outputs.first).bytes, as: UTF8.self)
            .split(separator: "\n").filter {
                !$0.hasPrefix("PWD=") && !$0.hasPrefix("_=") && !$0.hasPrefix("SHLVL=")
            }
        #expect(lines.sorted() == ["HOME=/home/u", "PATH=/usr/bin:/bin", "TOKEN=t"])
    }

    @Test func anyOtherStatusFailsWithTheLastLines() async {
        let failure = await bench.failure("echo one; echo two; echo 'three  ' >&2; exit 3")
        #expect(failure?.kind == .failed)
        #expect(failure?.code == "check-failed")
        #expect(
            failure?.message
                == "'sh -c echo one; echo two; echo 'three  ' >&2; exit 3' ended with status 3: three")
        #expect(
            failure?.hint == "it ran in the project's root with nothing but PATH and HOME in its environment")
        #expect(
            failure?.diagnostics.map(\.description) == [
                "note: the end of its standard output:\none\ntwo [check-output]",
                "note: the end of its standard error:\nthree [check-output]",
            ])
        let silent = await bench.failure("kill -9 $$")
        #expect(silent?.message == "'sh -c kill -9 $$' was ended by signal 9 and said nothing")
        #expect(silent?.diagnostics == [])
    }

    @Test func aCheckThatWaitsForEverIsEnded() async {
        var action = bench.action("tail -f /dev/null")
        action.deadline = .milliseconds(1)
        let failure = await bench.failure(action)
        #expect(failure?.code == "check-failed")
        #expect(failure?.message == "'sh -c tail -f /dev/null' did not end within 0 s")
    }

    @Test func aCheckThatNeverStopsTalkingIsEnded() async {
        let failure = await bench.failure("yes")
        #expect(failure?.message == "'sh -c yes' wrote more than 16777216 bytes")
    }

    @Test func aMissingProgramSaysWhereItWasLookedFor() throws {
        let named = #expect(throws: StepFailure.self) {
            try bench.step.fingerprint(bench.action(program: .named("forge")))
        }
        #expect(named?.kind == .environment)
        #expect(named?.code == "no-program")
        #expect(named?.message == "there is no program 'forge' on PATH: looked in /usr/bin, /bin")
        let file = #expect(throws: StepFailure.self) {
            try bench.step.fingerprint(bench.action(program: .file("tools/forge")))
        }
        #expect(file?.message == "there is no file 'tools/forge' in the project's root")
    }

    @Test func aFileThatCannotBeExecutedIsAMatterOfTheEnvironment() async {
        bench.files.set("\(bench.root)/checks.sh", "exit 0")
        let failure = await bench.failure(bench.action(program: .file("checks.sh")))
        #expect(failure?.kind == .environment)
    }

    @Test func everythingThatDecidesIsInTheFingerprint() throws {
        bench.set(["HOME": "/home/u", "TOKEN": "t"])
        bench.files.set("\(bench.root)/tool", "tool")
        let base = bench.action("true", environment: ["TOKEN"])
        let before = try bench.step.fingerprint(base)
        #expect(
            before.fields.map(\.label) == [
                "schema", "step", "name", "program", "program digest", "argument 1", "argument 2",
                "input test/a", "input test/b", "environment PATH", "environment TOKEN", "deadline",
            ])
        #expect(before.fields.contains { $0.label == "program" && $0.value == "/usr/bin/sh" })
        #expect(!before.fields.contains { ["t", "/home/u"].contains($0.value) })

        var others: [CheckAction] = []
        func change(_ body: (inout CheckAction) -> Void) {
            var action = base
            body(&action)
            others.append(action)
        }
        change { $0.name = "other" }
        change { $0.program = .file("tool") }
        change { $0.arguments = ["-c true"] }
        change { $0.inputs.removeLast() }
        change { $0.inputs[0] = CheckInput(path: "test/a", digest: Digest(of: Data("new".utf8))) }
        change { $0.environment = [] }
        change { $0.deadline = .seconds(11) }
        var digests = Set(try others.map { try bench.step.fingerprint($0).digest } + [before.digest])
        #expect(digests.count == others.count + 1)
        let values: [(String, String?)] = [
            ("TOKEN", "u"), ("TOKEN", nil), ("PATH", "/bin:/usr/bin:/usr/bin"),
        ]
        for (name, value) in values {
            bench.set(["HOME": "/home/u", "TOKEN": "t"].merging([name: value]) { $1 })
            digests.insert(try bench.step.fingerprint(base).digest)
        }
        bench.set(["HOME": "/home/u", "TOKEN": "t"])
        bench.files.set("/usr/bin/sh", "another shell")
        digests.insert(try bench.step.fingerprint(base).digest)
        #expect(digests.count == others.count + 5)
    }

    @Test func homeAndWhatItGatesDecideNothing() throws {
        let before = try bench.step.fingerprint(bench.action("true"))
        bench.set(["HOME": "/elsewhere"])
        var action = bench.action("true")
        action.gates = [.audit]
        #expect(try bench.step.fingerprint(action) == before)
    }

    @Test func aPassDuringWhichAnInputChangedDoesNotStandIn() async throws {
        bench.changesDuringRun = ["test/b"]
        let action = bench.action("true")
        let performed = try await bench.step.perform(action)
        #expect(!performed.isReusable)
        #expect(performed.outputs.map(\.name) == ["stdout.txt", "stderr.txt", "changed-inputs.json"])
        let contents = Dictionary(performed.outputs.map { ($0.name, $0.bytes) }, uniquingKeysWith: { $1 })
        let said = try bench.step.interpret(action, outputs: stored(contents))
        guard case .note(let note)? = said.facts.first else {
            Issue.record("nothing was said")
            return
        }
        #expect(
            note.description == """
                warning: test/b changed while check:unit ran, so its result counts for this run alone [check-inputs-changed]
                  hint: an input is what the check reads, not what it writes
                """)
        let quiet = try bench.step.interpret(
            action, outputs: stored(["stdout.txt": Data(), "stderr.txt": Data()]))
        #expect(quiet.facts == [])
    }
}
