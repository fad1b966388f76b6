import ArgumentParser
import Model
import Testing

@testable import hyperkit

@Suite struct CommandLineTests {
    @Test(arguments: [
        ["run", "--jobs", "0"], ["run", "--until", "call"], ["run", "--until", "verify"],
        ["run", "--set", "x"],
        ["run", "--set", "=1"], ["run", "--state-dir", ""], ["plan", "--report-dir", ""],
        ["graph", "--format", "x"],
        ["run", "--progress", "loud"], ["nothing"], ["devnet", "--chain-id", "0"],
        ["run", "--shard", "0/3"], ["run", "--shard", "4/3"], ["plan", "--shard", "many"],
        ["run", "--retry", "latest", "--plan", "p.json"], ["run", "--retry", "latest", "--select", "a"],
        ["run", "--retry", "latest", "--until", "audit"], ["run", "--plan", "p.json", "--shard", "1/2"],
        ["run", "--keep-going", "--fail-fast"], ["cache", "gc"], ["cache", "gc", "--max-size", "2"],
        ["cache", "gc", "--max-age", "1y"], ["cache", "gc", "--max-age", "-1d"], ["why"],
        ["why", "a", "b", "c"],
        ["why", "a", "b", "--run", "c"], ["keys", "new"], ["keys", "new", "not a name"],
        ["keys", "new", "ci", "--password", "correct horse"], ["keys", "import", "ci", "--key", "0xabc"],
        ["plan", "--out", "."], ["run", "--log-format", "xml"],
        ["plan", "--log-format", "json", "--progress", "tty"],
    ])
    func wrongUseIsFoundBeforeAnythingRuns(_ arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Hyperkit.parseAsRoot(arguments) }
        #expect(error.map { Hyperkit.exitCode(for: $0) } == .validationFailure)
    }

    /// A script that asks whether there is such a command is told so.
    @Test(arguments: [
        (["report", "--help"], "'hyperkit' has no command 'report'"),
        (["help", "bundle"], "'hyperkit' has no command 'bundle'"),
        (["rum", "-h"], "'hyperkit' has no command 'rum'\n  hint: did you mean 'run'?"),
        (["deployments", "export2", "--help"], "'hyperkit deployments' has no command 'export2'"),
    ])
    func helpForACommandThatIsNotThereIsRefused(_ arguments: [String], _ said: String) {
        #expect(UnknownCommand(in: arguments)?.message.hasPrefix("Error: \(said)") == true)
    }

    @Test(arguments: [
        [], ["--help"], ["help"], ["run", "--help"], ["help", "run"], ["run", "report", "--help"],
        ["--version"],
        ["runs", "list", "--help"], ["help", "keys", "import"], ["deployments", "check", "--help"],
    ])
    func helpForWhatIsThereIsGiven(_ arguments: [String]) { #expect(UnknownCommand(in: arguments) == nil) }

    /// What stands there by mistake is the secret itself.
    @Test(arguments: [
        ["keys", "new", "ci", "--password", "canary7"], ["keys", "import", "ci", "--password", "canary7"],
        ["keys", "import", "ci", "--key", "canary7"],
        ["keys", "import", "ci", "--key", "canary7" + String(repeating: "ab", count: 32)],
    ])
    func aSecretAmongTheArgumentsIsNotRepeated(_ arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Hyperkit.parseAsRoot(arguments) }
        let said = error.map { Hyperkit.fullMessage(for: $0) } ?? ""
        #expect(said.contains("env:NAME") && !said.contains("canary7"))
    }

    @Test func aShardThatIsNoneIsSaid() {
        let error = #expect(throws: (any Error).self) { try Hyperkit.parseAsRoot(["run", "--shard", "4/3"]) }
        let said = error.map { Hyperkit.fullMessage(for: $0) } ?? ""
        #expect(said.contains("--shard takes I/N, such as 1/3, 2/3 and 3/3, not '4/3'"))
    }

    @Test func directoriesAreTakenAsTheyAreMeant() throws {
        let command = try Hyperkit.parseAsRoot(
            ["run", "--state-dir", "a//b/../c/", "--report-dir", "/r/", "--until", "audit"])
        let run = try #require(command as? RunCommand)
        #expect(run.options.stateDir == "a/c")
        #expect(run.options.reportDir == "/r")
        #expect(run.selection.until == .audit)
    }

    @Test func whatADiagnosticQuotesCannotSteerTheTerminal() {
        let diagnostic = Diagnostic(
            .error, "unknown-key", "unknown key 'a\u{1b}[31mb'", hint: "did you mean\u{7} 'b'?")
        #expect(
            diagnostic.forTerminal == """
                error: unknown key 'a\u{fffd}[31mb' [unknown-key]
                  hint: did you mean\u{fffd} 'b'?
                """)
    }

    @Test(arguments: [("90s", 90), ("5m", 300), ("2h", 7_200), ("30d", 2_592_000), ("0s", 0)])
    func agesAreWrittenAsDurationsAre(_ text: String, _ seconds: Int) throws {
        #expect(Age(argument: text)?.duration == .seconds(seconds))
    }

    @Test(arguments: ["", "d", "30", "1.5d", "36601d", "9223372036854775807d", "٣d"])
    func whatIsNoAgeIsNone(_ text: String) { #expect(Age(argument: text) == nil) }

    @Test(arguments: [
        ("Vault", "audit:Vault or compile:Vault"), ("compile:Vualt", "compile:Vault"),
        ("Valut", "audit:Vault or compile:Vault"), ("nothing", "see hyperkit runs show latest"),
    ])
    func anUnknownStepNamesTheNearOnes(_ name: String, _ near: String) {
        let known = ["audit:Token", "audit:Vault", "compile:Vault"].compactMap(StepID.init)
        let hint = WhyCommand.unknown(name, among: known).hint
        #expect(hint == (name == "nothing" ? near : "did you mean \(near)?"))
    }
}
