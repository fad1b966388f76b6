import Foundation
import Testing

@testable import Manifests

@Suite struct ManifestSchemaTests {
    @Test func theCommittedSchemaIsWhatTheCodeAccepts() throws {
        let top = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let committed = try String(contentsOf: top.appending(path: "hyperkit.schema.json"), encoding: .utf8)
        #expect(
            committed == ManifestSchema.json,
            "the grammar has changed: write it again with `hyperkit schema > hyperkit.schema.json`"
        )
    }

    @Test func theSchemaIsJSONWhoseReferencesLead() throws {
        let object = try JSONSerialization.jsonObject(with: Data(ManifestSchema.json.utf8))
        let schema = try #require(object as? [String: Any])
        let definitions = try #require(schema["$defs"] as? [String: Any])
        let references = ManifestSchema.json.matches(of: /"#\/\$defs\/([a-zA-Z]+)"/).map { String($0.1) }
        #expect(Set(references) == Set(definitions.keys))
        #expect(schema["additionalProperties"] as? Bool == false)
    }

    @Test func everyKeyOfTheGrammarIsInTheSchema() throws {
        let object = try JSONSerialization.jsonObject(with: Data(ManifestSchema.json.utf8))
        let schema = try #require(object as? [String: Any])
        let properties = try #require(schema["properties"] as? [String: Any])
        #expect(Set(properties.keys) == Set(Grammar.root.keys.map(\.name)))
    }

    @Test func noKeyIsBothThereAndForLater() {
        let tables = [
            Grammar.root, Grammar.compiler, Grammar.optimizer, Grammar.contract, Grammar.set, Grammar.signer,
            Grammar.network, Grammar.fees, Grammar.budget, Grammar.networkLimits, Grammar.deployment,
            Grammar.call, Grammar.policy, Grammar.refusal,
            Grammar.check, Grammar.expectation, Grammar.override,
        ]
        for table in tables {
            #expect(Set(table.keys.map(\.name)).isDisjoint(with: table.later), "in \(table.name)")
            #expect(Set(table.keys.map(\.name)).count == table.keys.count, "in \(table.name)")
        }
    }
}
