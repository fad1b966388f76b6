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
        ["run", "--keep-going", "--fail-fast"],
    ])
    func wrongUseIsFoundBeforeAnythingRuns(_ arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Hyperkit.parseAsRoot(arguments) }
        #expect(error.map { Hyperkit.exitCode(for: $0) } == .validationFailure)
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
}
