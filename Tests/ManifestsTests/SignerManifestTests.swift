import EthereumTypes
import Model
import Testing

@Suite struct SignerManifestTests {
    private static let address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    private let head = "version: 1\nproject: p\n"

    private func said(_ signer: String) -> String { complaint(head + "signers: { s: \(signer) }\n") }

    @Test func everyFormIsTakenAsItIsMeant() throws {
        let address = try Address(Self.address)
        let text = """
            signers:
              key: { key: "env:K" }
              store: { keystore: keys/a.json, password: "env:P" }
              other: { keystore: ../b.json, password: { cmd: [pass, "x, y"] } }
              url: { rpc: "https://signer.example/v1", address: "\(Self.address)" }
              secret: { rpc: "file:signer-url", address: "\(Self.address.lowercased())" }
              command: { rpc: { cmd: [pass, url] }, address: "\(Self.address)" }
              nobody: { address: "${var.who}" }
              known: { key: "env:K", address: "\(Self.address)" }
              opened: { keystore: keys/a.json, password: "env:P", address: "${var.who}" }
            variables: { who: "\(Self.address)" }
            """
        let signers = try load(head + text).manifest.signers
        #expect(
            signers.map(\.name) == [
                "key", "store", "other", "url", "secret", "command", "nobody", "known", "opened",
            ])
        #expect(
            signers.map(\.form) == [
                .key(.environment("K")),
                .keystore(path: "keys/a.json", password: .environment("P")),
                .keystore(path: "/b.json", password: .command(["pass", "x, y"])),
                .remote(.url("https://signer.example/v1"), address),
                .remote(.secret(.file("signer-url")), address),
                .remote(.secret(.command(["pass", "url"])), address),
                .address(address), .key(.environment("K")),
                .keystore(path: "keys/a.json", password: .environment("P")),
            ])
        #expect(
            signers.map(\.keyAddress).map { $0 == address } == [Bool](repeating: false, count: 7) + [
                true, true,
            ])
        #expect(signers.map(\.address) == [nil, nil, nil] + [Address?](repeating: address, count: 6))
        #expect(signers[1].location == FileLocation(file: "m.yaml", line: 5, column: 3))
    }

    @Test(arguments: [
        (
            "{}",
            "m.yaml:3:12: error: signer 's' has neither 'key' nor 'keystore' nor 'address' nor 'safe' [missing-key]"
        ),
        (
            "{ keystore: a.json }",
            "m.yaml:3:17: error: 'keystore' of signer 's' needs 'password' beside it [missing-key]"
        ),
        (
            "{ password: 'env:P' }",
            "m.yaml:3:17: error: 'password' of signer 's' needs 'keystore' beside it [missing-key]"
        ),
        (
            "{ rpc: 'env:U' }",
            "m.yaml:3:17: error: 'rpc' of signer 's' needs 'address' beside it [missing-key]"
        ),
        (
            "{ key: 'env:K', address: '\(address)', rpc: 'env:U' }",
            "m.yaml:3:31: error: signer 's' has both 'key' and 'address' [conflicting-keys]"
        ),
        (
            "{ key: 'env:K', keystore: a.json, password: 'env:P' }",
            "m.yaml:3:31: error: signer 's' has both 'key' and 'keystore' [conflicting-keys]"
        ),
        (
            "{ key: 'env:K', rpc: 'env:U' }",
            "m.yaml:3:31: error: 'rpc' of signer 's' needs 'address' beside it [missing-key]"
        ),
        (
            "{ key: 'env:K', password: 'env:P' }",
            "m.yaml:3:31: error: 'password' of signer 's' needs 'keystore' beside it [missing-key]"
        ),
        (
            "{ safe: '\(address)', address: '\(address)' }",
            "m.yaml:3:17: error: signer 's' has both 'address' and 'safe' [conflicting-keys]"
        ),
        (
            "{ address: '0x12' }",
            "m.yaml:3:26: error: 'address' of signer 's': '0x12' is no address [address]"
        ),
        (
            "{ address: '\(address.dropLast())E' }",
            "m.yaml:3:26: error: 'address' of signer 's': the address '\(address.dropLast())E' has a wrong checksum "
                + "(EIP-55) [address]"
        ),
        (
            "{ keystore: a.json, password: [a] }",
            "m.yaml:3:45: error: 'password' of signer 's': expected text or a map, found a list [wrong-type]"
        ),
        (
            "{ rpc: 'ftp://x', address: '\(address)' }",
            "m.yaml:3:22: error: 'rpc' of signer 's': this is neither a URL of a JSON-RPC endpoint nor a reference to one "
                + "[wrong-value]"
        ),
    ])
    func eachWrongFormHasItsOwnMessage(_ signer: String, _ message: String) {
        let lines = said(signer).split(separator: "\n").filter { $0.contains("error:") }
        #expect(lines.map(String.init) == [message])
    }

    @Test func aProposerIsASignerThatSigns() throws {
        let text = """
            signers:
              dao: { safe: "\(Self.address)", proposer: ci, service: "env:SERVICE", apiKey: "env:API" }
              open: { safe: "\(Self.address)", proposer: ci, service: "https://safe.example/tx/" }
              plain: { safe: "\(Self.address)", proposer: ci }
              ci: { key: "env:K", address: "\(Self.address)" }
              nobody: { address: "\(Self.address)" }
            """
        let address = try Address(Self.address)
        let signers = try load(head + text).manifest.signers
        func proposer(_ service: NetworkSpec.Endpoint?, _ key: SecretReference? = nil) -> SafeProposer {
            SafeProposer(
                name: "ci", form: .key(.environment("K")), keyAddress: address, service: service, apiKey: key)
        }
        #expect(
            signers.map(\.proposer) == [
                proposer(.secret(.environment("SERVICE")), .environment("API")),
                proposer(.url("https://safe.example/tx")), proposer(nil), nil, nil,
            ])
        let wrong = [
            ("proposer: ci, service", "proposer: nobody, service", "'nobody' signs nothing here"),
            ("proposer: ci, service", "proposer: dao, service", "'dao' signs nothing here"),
            ("proposer: ci, service", "proposer: cu, service", "did you mean 'ci'?"),
            ("proposer: ci, service", "service", "'service' of signer 'dao' needs 'proposer' beside it"),
            ("https://safe.example/tx/", "http://safe.example/tx/", "is asked over https"),
            ("https://safe.example/tx/", "https://safe.example/tx/?key=abc", "ends with its path"),
        ]
        for (old, new, words) in wrong {
            let said = complaint(head + text.replacing(old, with: new))
            #expect(said.contains(words), "\(said)")
            #expect(!said.contains("key=abc"))
        }
    }

    @Test func presetsKnowTheServicesOfSafes() {
        let known = NetworkPreset.all.compactMap(\.safeService)
        #expect(known == ["eth", "sep", "pol", "bnb"].map { "https://api.safe.global/tx-service/\($0)" })
    }

    @Test func aPasswordInTheFileIsNotRepeated() {
        let said = said("{ keystore: a.json, password: hunter2 }")
        #expect(said.contains("a secret is not written here, but where it can be read"))
        #expect(!said.contains("hunter2"))
    }
}
