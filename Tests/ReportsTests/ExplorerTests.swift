import Model
import Testing

@testable import Reports

/// Where report.md sends people who want to look at an address.
@Suite struct ExplorerTests {
    private func markdown(explorer: String?) throws -> String {
        var run = SampleRun.mixed
        let fact = NetworkFact(
            name: "sepolia", chainID: 11_155_111, genesisHash: nil, status: .used, explorer: explorer)
        run.finished.insert(.fact(.network(fact)), at: 0)
        return MarkdownReport(
            try #require(RunReading(RunRecord(folding: run.events()), notCovered: []))
        ).text
    }

    @Test func itIsTheManifests() throws {
        let text = try markdown(explorer: "https://scan.example/sepolia")
        #expect(text.contains("](https://scan.example/sepolia/address/0x"))
        #expect(text.contains("](https://scan.example/sepolia/tx/0x"))
        #expect(!text.contains("etherscan"))
    }

    @Test func itIsTheOneThatIsKnownOfTheChainWhereNobodySays() throws {
        #expect(try markdown(explorer: nil).contains("](https://sepolia.etherscan.io/address/0x"))
    }

    @Test(arguments: ["https://a.example/) [x](https://evil.example/", "javascript:alert(1)", "https://a`b"])
    func itCannotBreakOutOfItsLink(_ explorer: String) throws {
        let text = try markdown(explorer: explorer)
        #expect(!text.contains(explorer))
        #expect(!text.contains("](https://sepolia.etherscan.io/address/0x"))
    }
}
