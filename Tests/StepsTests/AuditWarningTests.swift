import Model
import Testing

@testable import Steps

@Suite struct AuditWarningTests {
    private func warnings(_ file: String, _ contract: String) throws -> [String] {
        let program = try AuditFixture.program(file, contract)
        let scope = AuditScope(program, Inheritance(program))
        let drafts = CompilerWarnings.drafts(program, scope)
        return AuditFixture.lines(FindingMerge.merged(FindingIdentity(program).findings(from: drafts)))
    }

    @Test func namesWellKnownWarnings() throws {
        let found = try warnings("Calls", "Careless")
        #expect(
            found == [
                "low unchecked-send 29:9 drop", "low unchecked-low-level-call 30:9 drop",
                "informational payable-fallback-without-receive 5:1 -",
                "informational unused-local-variable 34:10 forget",
            ])
    }

    /// The neighbour's selfdestruct and the stranger's are not Heir's; what the library does for it is.
    @Test func leavesOtherContractsWarningsOut() throws {
        let found = try warnings("Heir", "Heir")
        #expect(
            found == [
                "low unchecked-low-level-call 25:9 Sender.give",
                "informational unused-local-variable 16:9 leave",
            ])
        let neighbours = try warnings("Heir", "Neighbour")
        #expect(neighbours == ["low deprecated-selfdestruct 24:9 close"])
    }
}
