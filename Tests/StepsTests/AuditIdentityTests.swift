import Foundation
import Model
import Testing

@testable import Steps

@Suite struct AuditIdentityTests {
    /// The same recording with text put in front and another function renamed, and every offset moved with it.
    ///
    /// What a compiler would give: its trees hold nothing of the text but offsets and names.
    private func moved(_ file: String, _ contract: String) throws -> CompiledProgram {
        let comment = "// moved\n// down\n"
        let shift = comment.utf8.count
        var input = try AuditFixture.data("\(file).input.json").text
        input = input.replacing("{\"content\":\"", with: "{\"content\":\"// moved\\n// down\\n")
        input = input.replacing("function deposit(", with: "function dePosit(")
        var output = try AuditFixture.data("\(file).output.json").text
        output = output.replacing("\"name\":\"deposit\"", with: "\"name\":\"dePosit\"")
        output = output.replacing(#/"src":"(\d+):/#) { "\"src\":\"\((Int($0.output.1) ?? 0) + shift):" }
        return try CompiledProgram(
            standardInput: Data(input.utf8),
            standardOutput: Data(output.utf8),
            contractName: contract,
            path: "\(file).sol",
            name: contract
        )
    }

    private func own(_ program: CompiledProgram) -> [Finding] {
        let inheritance = Inheritance(program)
        let result = OwnDetectors.examine(program, inheritance, AuditScope(program, inheritance))
        return FindingIdentity(program).findings(from: result.drafts)
    }

    @Test(arguments: [("Reentrancy", "LeakyBank"), ("Access", "Open"), ("Calls", "Careless")])
    func staysWhenUnrelatedTextMoves(_ file: String, _ contract: String) throws {
        let before = own(try AuditFixture.program(file, contract))
        let after = own(try moved(file, contract))
        #expect(before.map(\.id) == after.map(\.id))
        #expect(before.map { ($0.location?.line ?? 0) + 2 } == after.map { $0.location?.line ?? 0 })
        #expect(before.map { $0.location?.text } == after.map { $0.location?.text })
    }

    @Test func tellsEveryFindingFromEveryOther() throws {
        let files = [("Access", "Open"), ("Calls", "Careless"), ("Calls", "Careful"), ("Heir", "Heir")]
        let ids = try files.flatMap { try AuditFixture.own($0.0, $0.1).map(\.id) }
        #expect(Set(ids).count == ids.count)
    }

    @Test func countsEqualTextsInOneFunction() throws {
        let program = try AuditFixture.program("Calls", "Careless")
        let draft = FindingDraft(
            tool: "t", rule: Rule("r", title: "", recommendation: ""), severity: .low, confidence: .low,
            description: "", file: nil, start: 0, end: 0)
        let findings = FindingIdentity(program).findings(from: [draft, draft])
        #expect(findings.count == 2)
        #expect(findings[0].id != findings[1].id)
    }

    @Test(arguments: [
        ("a  +\n\tb", "a + b"),
        ("a /* why */ + b // so", "a + b"),
        (#"f("a  // b", 'c /* d')"#, #"f("a  // b", 'c /* d')"#),
        (#"f("\"  x")"#, #"f("\"  x")"#),
        ("// only", ""),
        ("/* open", ""),
    ])
    func foldsBlanksAndDropsComments(_ text: String, _ expected: String) {
        #expect(FindingIdentity.normalised(text) == expected)
    }
}

extension Data {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
