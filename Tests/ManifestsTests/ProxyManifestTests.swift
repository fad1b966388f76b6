import Model
import Testing

@Suite struct ProxyManifestTests {
    private static func manifest(_ proxy: String, more: String = "") -> String {
        """
        version: 1
        project: p
        contracts: { A: { source: a.sol } }
        signers: { ci: { key: 'env:KEY' } }
        networks: { dev: { engine: devnet, values: { owner: "${signers.ci.address}" } } }
        deployments:
          token: { contract: A, networks: [dev] }
          vault: { contract: A, networks: [dev], proxy: \(proxy) }
        \(more)
        """
    }

    private func proxy(_ text: String) throws -> ProxySpec? {
        try load(Self.manifest(text)).manifest.deployments.first { $0.name == "vault" }?.proxy
    }

    @Test func aProxyIsReadWithAllItsKeys() throws {
        let proxy = try #require(
            try proxy(
                #"{ kind: transparent, owner: "${network.values.owner}", "#
                    + #"initialize: { function: "initialize(address)", arguments: ["${deployments.token.address}"] } }"#
            ))
        #expect(proxy.kind == .transparent)
        #expect(proxy.initialize?.function.value == "initialize(address)")
        #expect(
            proxy.references == [
                .deploymentAddress(name: "token", network: nil), .networkValue(key: "owner"),
            ])
        #expect(try self.proxy("{ kind: beacon }") == ProxySpec(kind: .beacon))
    }

    @Test func whatIsWrongIsTold() {
        #expect(
            complaint(Self.manifest("{ kind: uusp }"))
                == """
                m.yaml:8:57: error: 'kind' of 'proxy' of deployment 'vault': 'uusp' is none of transparent, uups, beacon [wrong-value]
                    8 │   vault: { contract: A, networks: [dev], proxy: { kind: uusp } }
                      │                                                         ^^^^
                  hint: did you mean 'uups'?
                """)
        #expect(
            complaint(Self.manifest("{ initialize: { arguments: [] } }")).contains("[missing-key]"))
        #expect(
            complaint(Self.manifest("{ kind: uups, owner: '0x0000000000000000000000000000000000000001' }"))
                == """
                m.yaml:8:63: error: a uups proxy has no owner of its own [wrong-value]
                    8 │   vault: { contract: A, networks: [dev], proxy: { kind: uups, owner: '0x0000000000000000000000000000000000000001' } }
                      │                                                               ^^^^^
                  hint: its code says who may upgrade it: hand the owner to 'initialize'
                """)
    }

    @Test func itsReferencesAreChecked() {
        let initialize = { (reference: String) in
            "{ kind: uups, initialize: { function: 'f(address)', arguments: ['${\(reference)}'] } }"
        }
        #expect(
            complaint(Self.manifest(initialize("deployments.tokn.address")))
                .contains("there is no deployment 'tokn' [unknown-deployment]"))
        #expect(
            complaint(Self.manifest(initialize("network.values.boss")))
                .contains("network 'dev' has no value 'boss' [unknown-value]"))
        #expect(
            complaint(Self.manifest("{ kind: beacon, owner: '${signers.me.address}' }"))
                .contains("there is no signer 'me' [unknown-signer]"))
        #expect(
            complaint(Self.manifest(initialize("deployments.vault.address")))
                .contains("deployments need each other's addresses: vault → vault [cycle]"))
    }
}
