import Foundation
import Model
import Testing

@testable import Steps

@Suite struct CompileVersionTests {
    /// What solc's own matcher (liblangutil/SemVerHandler.cpp) says.
    @Test(arguments: [
        ("^0.8.20", "0.8.29", true), ("^0.8.20", "0.8.19", false), ("^0.8.20", "0.9.0", false),
        ("^1.2.3", "1.9.0", true), ("^1.2.3", "2.0.0", false), ("^0", "0.9.9", true), ("^0", "1.0.0", false),
        ("^0.0.3", "0.0.9", true), ("^0.0.3", "0.1.0", false),
        ("~0.8.20", "0.8.29", true), ("~0.8.20", "0.9.0", false), ("~0.8", "0.8.0", true),
        ("~1", "1.9.9", true), ("~1", "2.0.0", false),
        (">=0.8.0 <0.9.0", "0.8.29", true), (">=0.8.0 <0.9.0", "0.9.0", false),
        (">= 0.8.0 < 0.9.0", "0.8.0", true),
        (">0.8.0<0.8.5", "0.8.4", true), (">0.8.0<0.8.5", "0.8.5", false), ("<=0.8.5", "0.8.5", true),
        (">0.8", "0.8.29", false), (">0.8", "0.9.0", true), ("<=0.8", "0.8.29", true),
        ("<0.8", "0.8.0", false),
        ("^0.7.6 || ^0.8.4", "0.7.6", true), ("^0.7.6||^0.8.4", "0.8.5", true),
        ("^0.7.6 || ^0.8.4", "0.8.0", false),
        ("0.8.0 - 0.8.9", "0.8.9", true), ("0.8.0 - 0.8.9", "0.8.10", false), ("0.8 - 0.9", "0.9.7", true),
        ("0.8.29", "0.8.29", true), ("=0.8.29", "0.8.28", false), ("v0.8.29", "0.8.29", true),
        ("0.8", "0.8.29", true), ("0.8.x", "0.8.29", true), ("0.8.*", "0.9.0", false),
        ("0.x.5", "0.3.5", true),
        ("0.x.5", "0.3.6", false), ("*", "0.4.11", true), ("\"0.8.29\"", "0.8.29", true),
    ])
    func agreesWithTheCompiler(_ pragma: String, _ version: String, _ accepts: Bool) throws {
        #expect(try #require(SolcPragma(pragma)).accepts(try #require(SolcVersion(version))) == accepts)
    }

    /// A pre-release that agrees in all the numbers that the pragma gives comes before them.
    @Test(arguments: [
        ("^0.8.20", true), ("0.8.29", false), ("^0.8.29", false), (">=0.8.29", false), ("<0.8.29", true),
        ("<=0.8.29", true), (">0.8.28", true), ("~0.8.28", true), ("~0.8.29", false), ("0.8.*", false),
        ("0.8", false), (">=0.8", false), (">=0.8.0", true), ("<0.8", true), ("*", true),
        ("^0.8.0 || 0.8.29", true),
        (">=0.8.0 <0.9.0", true), ("0.8.20 - 0.8.29", true),
    ])
    func preReleasesAreJudgedAsTheCompilerJudgesItself(_ pragma: String, _ accepts: Bool) throws {
        let version = try #require(SolcVersion("0.8.29-develop.2024.11.15+commit.b0d991bd.Linux.g++"))
        #expect(version.isPrerelease)
        #expect(try #require(SolcPragma(pragma)).accepts(version) == accepts)
    }

    @Test(arguments: ["", "solidity", "0.8.29.1", "^", "0..8", "abi", "-1.0.0"])
    func refusesWhatIsNoExpression(_ text: String) {
        let isRead = SolcPragma(text) != nil
        #expect(!isRead)
    }

    @Test func ordersVersions() throws {
        let texts = ["0.4.26", "0.8.9", "0.8.29-develop", "0.8.29+commit.1", "0.8.30", "0.10.0"]
        let versions = texts.compactMap { SolcVersion($0) }
        #expect(versions.count == texts.count)
        #expect(versions.shuffled().sorted() == versions)
        for text in ["0.8", "0.8.x", "0.8.-1", "", "0.8.29.1"] { #expect(SolcVersion(text) == nil) }
    }
}
