import Foundation
import Model
import Testing

@testable import Steps

@Suite struct AuditSlitherTests {
    /// The archives are what Slither was given when its output was recorded.
    @Test(arguments: ["Heir", "Reentrancy"])
    func writesTheArchiveThatTheRecordingsWereMadeFrom(_ name: String) throws {
        let archive = try SlitherArchive.text(
            standardInput: AuditFixture.data("\(name).input.json"),
            standardOutput: AuditFixture.data("\(name).output.json"),
            compilerVersion: "0.8.29-develop.2024.11.15+commit.b0d991bd"
        )
        let url = AuditFixture.folder.appending(path: "archives/\(name)_export_archive.json")
        let recorded = try? Data(contentsOf: url)
        if ProcessInfo.processInfo.environment["HYPERKIT_RECORD"] != nil {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try archive.write(to: url)
        }
        #expect(recorded == archive)
    }

    static func drafts(_ file: String, _ contract: String) throws -> [Finding] {
        let program = try AuditFixture.program(file, contract)
        let scope = AuditScope(program, Inheritance(program))
        let drafts = try SlitherFindings.drafts(AuditFixture.data("\(file).slither.json"), program, scope)
        return FindingMerge.merged(FindingIdentity(program).findings(from: drafts))
    }

    @Test func readsFindingsOfTheContractAndWhatItInherits() throws {
        let found = AuditFixture.lines(try Self.drafts("Heir", "Heir"))
        #expect(
            found == [
                "medium reentrancy-no-eth 17:9 leave", "medium unchecked-lowlevel 25:9 Sender.give",
                "low missing-zero-check 8:24 Base.setKeeper", "informational solc-version 2:1 -",
                "informational low-level-calls 25:9 Sender.give",
            ])
    }

    @Test func leavesTheNeighboursOut() throws {
        let found = AuditFixture.lines(try Self.drafts("Heir", "Neighbour"))
        #expect(found == ["high suicidal 23:5 close", "informational solc-version 2:1 -"])
    }

    @Test func knowsWhatAFindingMeans() throws {
        let found = try #require(
            try Self.drafts("Reentrancy", "LeakyBank").first { $0.rule == "reentrancy-eth" })
        #expect(found.severity == .high)
        #expect(found.classification.swc == "SWC-107")
        #expect(found.location?.line == 24)
        #expect(found.recommendation.hasPrefix("Write all state before the call"))
    }

    @Test(arguments: [
        (#"{"success": false, "error": "Traceback\nKeyError: 'x'", "results": {}}"#, "KeyError: 'x'"),
        (#"{"success": false, "error": null, "results": {}}"#, ""),
        ("Traceback (most recent call last)", ""),
        ("", ""),
    ])
    func trustsNothingButSuccess(_ output: String, _ message: String) throws {
        let program = try AuditFixture.program("Heir", "Heir")
        let scope = AuditScope(program, Inheritance(program))
        #expect(throws: SlitherFailure(message: message)) {
            try SlitherFindings.drafts(Data(output.utf8), program, scope)
        }
    }

    @Test func noFindingsIsAResult() throws {
        let program = try AuditFixture.program("Heir", "Heir")
        let scope = AuditScope(program, Inheritance(program))
        let output = Data(#"{"success": true, "error": null, "results": {}}"#.utf8)
        #expect(try SlitherFindings.drafts(output, program, scope).isEmpty)
    }
}
