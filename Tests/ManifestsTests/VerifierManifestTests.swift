import Model
import Testing

/// What a manifest says of services that show sources.
@Suite struct VerifierManifestTests {
    private func verifiers(_ text: String, network: String = "preset: sepolia") throws -> [VerifierSpec] {
        try #require(
            load("version: 1\nproject: p\nnetworks:\n  n: { \(network), rpc: 'env:A', verify: \(text) }\n")
                .manifest.networks.first
        ).verifiers
    }

    private func complaint(_ text: String, network: String = "preset: amoy, rpc: 'env:A'") -> String {
        ManifestsTests.complaint(
            "version: 1\nproject: p\nnetworks:\n  n: { \(network), verify: \(text) }\n")
    }

    @Test func aNameIsEnoughWhereTheServiceIsKnown() throws {
        #expect(
            try verifiers("[sourcify, blockscout]") == [
                VerifierSpec(.sourcify, url: "https://sourcify.dev/server"),
                VerifierSpec(.blockscout, url: "https://eth-sepolia.blockscout.com/api"),
            ])
        #expect(try verifiers("[]").isEmpty)
    }

    @Test func settingsSayWhereAndWithWhichKey() throws {
        #expect(
            try verifiers(
                "[{ etherscan: { key: 'env:E' } }, { sourcify: { url: 'http://127.0.0.1:5555/' } }, "
                    + "{ blockscout: { key: { cmd: [pass, b] }, url: 'https://scan.example/api' } }]") == [
                    VerifierSpec(.etherscan, url: "https://api.etherscan.io/v2/api", key: .environment("E")),
                    VerifierSpec(.sourcify, url: "http://127.0.0.1:5555"),
                    VerifierSpec(
                        .blockscout, url: "https://scan.example/api", key: .command(["pass", "b"])),
                ])
    }

    @Test func anExplorerThatTheManifestNamesIsTheBlockscout() throws {
        #expect(
            try verifiers("[blockscout]", network: "chainId: 5, explorer: 'https://scan.example/'") == [
                VerifierSpec(.blockscout, url: "https://scan.example/api")
            ])
    }

    @Test func etherscanNeedsAKey() {
        #expect(
            complaint("[etherscan]") == """
                m.yaml:4:45: error: etherscan takes no source without a key [missing-key]
                    4 │   n: { preset: amoy, rpc: 'env:A', verify: [etherscan] }
                      │                                             ^^^^^^^^^
                  hint: write { etherscan: { key: "env:ETHERSCAN_API_KEY" } }
                """)
    }

    @Test func aKeyThatIsWrittenOutIsNotShown() {
        let said = complaint("[{ etherscan: { key: CANARY7CANARY7 } }]")
        #expect(said.contains("error: 'key' of 'etherscan' of"))
        #expect(!said.contains("CANARY7"))
        let inURL = complaint("[{ blockscout: { url: 'https://scan.example/api?apikey=CANARY7CANARY7' } }]")
        #expect(
            inURL == """
                m.yaml:4:66: error: the URL of a service ends with its path [wrong-value]
                  hint: a key is written as 'key: env:NAME' beside it
                """)
    }

    @Test func aBlockscoutThatNobodyKnowsMustBeNamed() {
        #expect(
            complaint("[blockscout]") == """
                m.yaml:4:45: error: no blockscout is known of this network [missing-value]
                    4 │   n: { preset: amoy, rpc: 'env:A', verify: [blockscout] }
                      │                                             ^^^^^^^^^^
                  hint: write { blockscout: { url: "https://…/api" } }
                """)
    }

    @Test(arguments: ["http://scan.example/api", "ftp://scan.example"])
    func sourcesAreHandedOverInSecretAlone(_ url: String) {
        #expect(complaint("[{ sourcify: { url: '\(url)' } }]").contains("[wrong-value]"))
    }

    @Test func aServiceIsNamedOnce() {
        #expect(
            complaint("[sourcify, { sourcify: {} }]") == """
                m.yaml:4:55: error: 'verify' names sourcify twice [duplicate]
                    4 │   n: { preset: amoy, rpc: 'env:A', verify: [sourcify, { sourcify: {} }] }
                      │                                                       ^
                  hint: the first is at m.yaml:4:45
                """)
    }

    @Test func nobodyIsShownWhatADevnetHas() {
        #expect(
            complaint("[sourcify]", network: "engine: devnet") == """
                m.yaml:4:24: error: 'verify' of network 'n' needs 'rpc' beside it [missing-key]
                    4 │   n: { engine: devnet, verify: [sourcify] }
                      │                        ^^^^^^
                  hint: One endpoint or several, the preferred one first: a URL, or a reference to one: env:NAME, file:PATH or cmd:[program, argument].
                """)
    }
}
