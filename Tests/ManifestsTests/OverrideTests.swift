import EthereumTypes
import Model
import Testing

/// What a manifest says of a deployment on one of its networks.
@Suite struct OverrideTests {
    static let head = """
        version: 1
        project: p
        contracts: { A: { source: a.sol } }
        signers: { ci: { key: 'env:KEY' } }
        policies: { strict: {}, loose: {} }
        networks:
          dev: { engine: devnet }
          main: { chainId: 5, rpc: 'env:A', signer: ci, values: { owner: '0x00000000000000000000000000000000000000aa' } }
          spare: { chainId: 6, rpc: 'env:B', signer: ci }
        deployments:
          a:
            contract: A
            networks: [dev, main]
            policy: loose
            arguments: ["1", "2"]
            calls:
              set: { function: "set(uint256)", arguments: ["3"], unless: { read: "get()", equals: "3" } }
              end: { function: "end()" }
            checks: { owner: { read: "owner()", equals: "x" } }

        """

    private func variant(_ override: String, on network: String = "main") throws -> DeploymentSpec {
        try #require(load(Self.head + "    overrides: { main: \(override) }\n").manifest.deployments.first)
            .on(network)
    }

    private func complaint(_ overrides: String) -> String {
        ManifestsTests.complaint(Self.head + "    overrides: \(overrides)\n")
    }

    @Test func whatIsSaidTakesThePlaceOfWhatIsThereAndTheRestStays() throws {
        let main = try variant("{ arguments: { b: '7' }, value: 1 ether, redeploy: never, policy: strict }")
        #expect(main.arguments == .named([.init(name: "b", value: .text(main.text("7", 20, 42)))]))
        #expect(main.value == Wei(1_000_000_000_000_000_000))
        #expect(main.redeploy == .never)
        #expect(main.policy == "strict")
        #expect(main.calls.map(\.name) == ["set", "end"])
        #expect(main.networks.map(\.value) == ["main"])
        #expect(main.name == "a" && main.location.line == 11)

        let dev = try variant("{ value: 1 ether }", on: "dev")
        #expect(dev.value == .zero)
        #expect(dev.policy == "loose")
        #expect(dev.networks.map(\.value) == ["dev", "main"])
    }

    @Test func callsAndChecksMergeByNameAndByTheirKeys() throws {
        let main = try variant(
            "{ calls: { set: { arguments: ['9'], unless: { equals: '9' } }, more: { function: 'more()' } }, "
                + "checks: { owner: { equals: 'y' }, fee: { read: 'fee()', equals: '1' } } }")
        #expect(main.calls.map(\.name) == ["set", "end", "more"])
        #expect(main.calls[0].function.value == "set(uint256)")
        #expect(main.calls[0].arguments.texts == ["9"])
        #expect(main.calls[0].unless?.read.value == "get()")
        #expect(main.calls[0].unless.map { Arguments.positional([$0.equals]).texts } == ["9"])
        #expect(main.checks.map(\.name) == ["owner", "fee"])
        #expect(main.checks[0].read.value == "owner()")
        #expect(Arguments.positional([main.checks[0].equals]).texts == ["y"])
        #expect(main.arguments.texts == ["1", "2"])
    }

    /// A parameter that is left out of an override is left out.
    @Test func argumentsByNameAreReplacedWholeToo() throws {
        let text = """
            version: 1
            project: p
            contracts: { A: { source: a.sol } }
            networks: { n: { engine: devnet } }
            deployments:
              a: { contract: A, networks: [n], arguments: { x: "1", y: "2" }, overrides: { n: { arguments: { y: "3" } } } }
            """
        let spec = try #require(load(text).manifest.deployments.first).on("n")
        guard case .named(let fields) = spec.arguments else {
            Issue.record("they have names")
            return
        }
        #expect(fields.map(\.name) == ["y"])
    }

    @Test func theWholeIsToldOncePerWayToHaveIt() throws {
        let text = Self.head + "    overrides: { main: { value: 1 wei } }\n"
        let spec = try #require(load(text).manifest.deployments.first)
        #expect(spec.variants.map { $0.networks.map(\.value) } == [["dev"], ["main"]])
        #expect(spec.variants.map(\.value) == [.zero, Wei(1)])
        #expect(spec.variants.allSatisfy { $0.overrides.isEmpty })
        let both = Self.head + "    overrides: { main: {}, dev: { value: 2 wei } }\n"
        let each = try #require(load(both).manifest.deployments.first).variants
        #expect(each.map { $0.networks.map(\.value) } == [["dev"], ["main"]])
    }

    /// What only one network has need not be there on the others.
    @Test func referencesAreLookedUpWhereTheyAreRead() throws {
        _ = try variant("{ arguments: ['${network.values.owner}'] }")
        #expect(
            complaint("{ dev: { arguments: ['${network.values.owner}'] } }") == """
                m.yaml:20:38: error: network 'dev' has no value 'owner' [unknown-value]
                   20 │     overrides: { dev: { arguments: ['${network.values.owner}'] } }
                      │                                      ^^^^^^^^^^^^^^^^^^^^^^^
                  hint: add it to the 'values' of the network at m.yaml:7:3
                """)
    }

    @Test func aNetworkThatTheDeploymentIsNotOnIsAnError() {
        #expect(
            complaint("{ spare: {}, mian: {} }") == """
                m.yaml:20:18: error: 'a' is not deployed on spare, so nothing of it differs there [not-deployed]
                   20 │     overrides: { spare: {}, mian: {} }
                      │                  ^^^^^
                  hint: it is on dev, main; add the network there, or take this out
                m.yaml:20:29: error: there is no network 'mian' [unknown-network]
                   20 │     overrides: { spare: {}, mian: {} }
                      │                             ^^^^
                  hint: did you mean 'main'?
                """)
    }

    @Test func whatOnlyTheOverrideHasMustBeWhole() {
        let said = complaint(
            "{ main: { calls: { new: { value: 1 wei } }, checks: { fee: { equals: '1' } } } }")
        #expect(
            said == """
                m.yaml:20:35: error: call 'new' of override 'main' of deployment 'a' has no 'function' [missing-key]
                   20 │     overrides: { main: { calls: { new: { value: 1 wei } }, checks: { fee: { equals: '1' } } } }
                      │                                   ^^^
                  hint: Its signature, such as setFee(uint256).
                m.yaml:20:70: error: expectation 'fee' of override 'main' of deployment 'a' has no 'read' [missing-key]
                   20 │     overrides: { main: { calls: { new: { value: 1 wei } }, checks: { fee: { equals: '1' } } } }
                      │                                                                      ^^^
                  hint: The signature of a view, such as owner().
                """)
    }

    @Test func contractAndNetworksAreTheSameEverywhere() {
        #expect(
            complaint("{ main: { contract: A } }") == """
                m.yaml:20:26: error: unknown key 'contract' in override 'main' of deployment 'a' [unknown-key]
                   20 │     overrides: { main: { contract: A } }
                      │                          ^^^^^^^^
                  hint: allowed are arguments, value, gasLimit, calls, redeploy, policy, checks
                """)
    }

    @Test func addressesThatNeedEachOtherOnOneNetworkAreFound() {
        let said = ManifestsTests.complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: a.sol } }
            networks: { n: { engine: devnet }, m: { engine: devnet } }
            deployments:
              a: { contract: A, networks: [n, m], arguments: ['${deployments.b.address}'] }
              b: { contract: A, networks: [n, m], overrides: { m: { arguments: ['${deployments.a.address}'] } } }
            """)
        #expect(said.contains("deployments need each other's addresses: a → b → a [cycle]"))
        #expect(!said.contains("@"))
    }
}

extension DeploymentSpec {
    fileprivate func text(_ text: String, _ line: Int, _ column: Int) -> Interpolated {
        Interpolated(text: text, at: FileLocation(file: "m.yaml", line: line, column: column))
    }
}

extension Arguments {
    /// The texts of arguments by position that hold no references.
    fileprivate var texts: [String?] {
        guard case .positional(let items) = self else { return [] }
        return items.map { if case .text(let text) = $0 { text.text } else { nil } }
    }
}
