import EthereumTypes
import Model
import Testing

/// What a manifest says of networks: presets, endpoints, fees, budgets.
@Suite struct NetworkManifestTests {
    private func network(_ text: String) throws -> NetworkSpec {
        let manifest = try load("version: 1\nproject: p\nnetworks:\n  n: { \(text) }\n").manifest
        return try #require(manifest.networks.first)
    }

    private func complaint(of text: String) -> String {
        complaint("version: 1\nproject: p\nnetworks:\n  n: { \(text) }\n")
    }

    private func complaint(_ text: String) -> String { ManifestsTests.complaint(text) }

    @Test(arguments: [
        ("ethereum", 1), ("sepolia", 11_155_111), ("hoodi", 560_048), ("polygon", 137), ("amoy", 80_002),
        ("bsc", 56), ("bsc-testnet", 97),
    ])
    func aPresetGivesTheChainItsNumber(_ name: String, _ number: UInt64) throws {
        let network = try network("preset: \(name), rpc: 'env:A'")
        #expect(network.chain == .rpc([.secret(.environment("A"))], chainID: try #require(ChainID(number))))
        #expect(network.explorer?.hasPrefix("https://") == true)
        #expect(network.limits.maxInitCode == 49_152)
        #expect(network.limits.maxTransactionGas == 16_777_216)
        #expect(!network.fees.legacy)
    }

    @Test func anOwnerIsASignerAndCallsMayBeIts() throws {
        let text = """
            version: 1
            project: p
            contracts: { A: { source: a.sol } }
            signers: { ci: { key: 'env:K' }, dao: { address: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed' } }
            networks: { n: { rpc: 'env:A', chainId: 5, signer: ci, owner: dao }, m: { engine: devnet } }
            deployments:
              a:
                contract: A
                networks: [n, m]
                calls: { f: { function: "f()", by: owner }, g: { function: "g()" } }
            """
        let manifest = try load(text).manifest
        #expect(manifest.networks.map(\.owner) == ["dao", nil])
        #expect(manifest.deployments[0].calls.map(\.by) == [.owner, .signer])
        #expect(complaint(text.replacing("owner: dao", with: "owner: doa")).contains("did you mean 'dao'?"))
        #expect(complaint(text.replacing("by: owner", with: "by: dao")).contains("is none of signer, owner"))
    }

    @Test func presetsKnowWhatIsPeculiarToAChain() throws {
        for name in ["polygon", "amoy"] {
            let network = try network("preset: \(name), rpc: 'env:A'")
            #expect(network.fees.minPriorityFeePerGas == Wei(25_000_000_000))
            #expect(!network.fees.zeroBaseFee)
            #expect(network.limits.maxRuntimeCode == 32_768)
            #expect(network.blockTime == .seconds(2))
        }
        for name in ["bsc", "bsc-testnet"] {
            let network = try network("preset: \(name), rpc: 'env:A'")
            #expect(network.fees.zeroBaseFee)
            #expect(network.fees.minPriorityFeePerGas == .zero)
            #expect(network.blockTime == .milliseconds(450))
        }
        let ethereum = try network("preset: ethereum, rpc: 'env:A'")
        #expect(ethereum.confirmations == .blocks(5))
        #expect(ethereum.limits == NetworkSpec.Limits())
    }

    @Test func theManifestOverridesAPreset() throws {
        let network = try network(
            """
            preset: polygon, chainId: 137, rpc: 'env:A', confirmations: finalized, explorer: 'https://scan.example',
                 fees: { minPriorityFeePerGas: 30 gwei, zeroBaseFee: true, legacy: true },
                 limits: { runtimeCodeBytes: 1, initCodeBytes: 2, transactionGas: 21000 }, blockTime: 3s
            """)
        #expect(network.confirmations == .finalized)
        #expect(network.explorer == "https://scan.example")
        #expect(network.fees.minPriorityFeePerGas == Wei(30_000_000_000))
        #expect(network.fees.zeroBaseFee)
        #expect(network.fees.legacy)
        #expect(
            network.limits
                == NetworkSpec.Limits(maxRuntimeCode: 1, maxInitCode: 2, maxTransactionGas: 21_000))
        #expect(network.blockTime == .seconds(3))
    }

    @Test func aNetworkTakesWhatIsWritten() throws {
        let network = try network(
            """
            chainId: 5, rpc: [env:A, 'https://a.example/k', { cmd: [pass, show] }], requestsPerSecond: 25,
                 fees: { maxFeePerGas: 50 gwei, maxPriorityFeePerGas: 2 gwei, bumpAfter: 90s, maxBumps: 0 },
                 budget: { transaction: 0.05 ether, run: 0.5 ether, day: 1 ether }, inFlight: 3, onUnavailable: skip,
                 approval: plan
            """)
        #expect(network.needsApproval)
        #expect(
            network.chain
                == .rpc(
                    [
                        .secret(.environment("A")), .url("https://a.example/k"),
                        .secret(.command(["pass", "show"])),
                    ],
                    chainID: try #require(ChainID(5))
                )
        )
        #expect(network.requestsPerSecond == 25)
        #expect(network.fees.bumpAfter == .seconds(90))
        #expect(network.fees.maxBumps == 0)
        #expect(network.budget.transaction == Wei(50_000_000_000_000_000))
        #expect(network.budget.run == Wei(500_000_000_000_000_000))
        #expect(network.budget.day == Wei(1_000_000_000_000_000_000))
        #expect(network.inFlight == 3)
        #expect(network.onUnavailable == .skip)
    }

    @Test func whatIsNotWrittenHasADefault() throws {
        let network = try network("chainId: 5, rpc: 'env:A'")
        #expect(network.confirmations == .blocks(1))
        #expect(network.fees == NetworkSpec.Fees())
        #expect(network.fees.bumpAfter == .seconds(180))
        #expect(network.fees.maxBumps == 4)
        #expect(network.budget == NetworkSpec.Budget())
        #expect(network.limits == NetworkSpec.Limits())
        #expect(network.inFlight == 16)
        #expect(network.onUnavailable == .fail)
        #expect(!network.needsApproval)
        #expect(network.after == nil)
        #expect(network.requestsPerSecond == nil)
        #expect(network.blockTime == nil)
        #expect(network.explorer == nil)
    }

    @Test func networksThatComeAfterEachOtherAreACycle() {
        let said = complaint(
            """
            version: 1
            project: p
            signers: { ci: { key: 'env:K' } }
            networks:
              a: { chainId: 1, rpc: 'env:A', signer: ci, after: b }
              b: { chainId: 2, rpc: 'env:B', signer: ci, after: a }
              c: { chainId: 3, rpc: 'env:C', signer: ci, after: a }
            """)
        #expect(
            said == """
                m.yaml:5:3: error: network 'a' comes after itself: a → b → a [cycle]
                    5 │   a: { chainId: 1, rpc: 'env:A', signer: ci, after: b }
                      │   ^
                  hint: take one 'after' out
                m.yaml:6:3: error: network 'b' comes after itself: b → a → b [cycle]
                    6 │   b: { chainId: 2, rpc: 'env:B', signer: ci, after: a }
                      │   ^
                  hint: take one 'after' out
                """)
    }

    @Test func aChainIDThatContradictsThePresetIsAnError() {
        #expect(
            complaint(of: "preset: sepolia, chainId: 1, rpc: 'env:A'") == """
                m.yaml:4:34: error: the preset 'sepolia' is chain 11155111, and 'chainId' says 1 [conflicting-keys]
                    4 │   n: { preset: sepolia, chainId: 1, rpc: 'env:A' }
                      │                                  ^
                  hint: remove 'chainId', or 'preset' where another chain is meant
                """
        )
    }

    @Test func presetsAreKnownByName() {
        #expect(
            complaint(of: "preset: sepolja, rpc: 'env:A'") == """
                m.yaml:4:16: error: 'preset' of network 'n': 'sepolja' is none of ethereum, sepolia, hoodi, polygon, amoy, bsc, bsc-testnet [wrong-value]
                    4 │   n: { preset: sepolja, rpc: 'env:A' }
                      │                ^^^^^^^
                  hint: did you mean 'sepolia'?
                """
        )
    }

    @Test func aDevnetIsNoPublicChain() {
        #expect(
            complaint(of: "engine: devnet, preset: sepolia") == """
                m.yaml:4:24: error: 'preset' of network 'n' needs 'rpc' beside it [missing-key]
                    4 │   n: { engine: devnet, preset: sepolia }
                      │                        ^^^^^^
                  hint: One endpoint or several, the preferred one first: a URL, or a reference to one: env:NAME, file:PATH or cmd:[program, argument].
                """
        )
    }

    @Test func endpointsAreThereAndEachOnce() {
        #expect(
            complaint(of: "chainId: 1, rpc: []") == """
                m.yaml:4:25: error: 'rpc' of network 'n' is empty [wrong-value]
                    4 │   n: { chainId: 1, rpc: [] }
                      │                         ^
                  hint: write at least one element
                """
        )
        #expect(
            complaint(of: "chainId: 1, rpc: ['env:A', 'ftp://x', 'env:A']") == """
                m.yaml:4:35: error: item 2 of 'rpc' of network 'n': this is neither a URL of a JSON-RPC endpoint nor a reference to one [wrong-value]
                    4 │   n: { chainId: 1, rpc: ['env:A', 'ftp://x', 'env:A'] }
                      │                                   ^^^^^^^^^
                  hint: write http:// or https://, or env:NAME, file:PATH or cmd:[program, argument]
                m.yaml:4:46: error: 'rpc' names the same endpoint twice [wrong-value]
                    4 │   n: { chainId: 1, rpc: ['env:A', 'ftp://x', 'env:A'] }
                      │                                              ^^^^^^^
                  hint: the first is at m.yaml:4:26; a node that fails does not stand in for itself
                """
        )
    }

    @Test func aCapBelowWhatThePoolsAskForIsAnError() {
        #expect(
            complaint(of: "preset: polygon, rpc: 'env:A', fees: { maxPriorityFeePerGas: 2 gwei }") == """
                m.yaml:4:69: error: 'maxPriorityFeePerGas' leaves no room for the priority fee of at least 25000000000 wei that the preset 'polygon' asks for [wrong-value]
                    4 │   n: { preset: polygon, rpc: 'env:A', fees: { maxPriorityFeePerGas: 2 gwei } }
                      │                                                                     ^^^^^^
                  hint: raise 'maxPriorityFeePerGas', or say otherwise with 'minPriorityFeePerGas'
                """
        )
        #expect(
            complaint(
                of: "chainId: 5, rpc: 'env:A', fees: { maxFeePerGas: 2 wei, minPriorityFeePerGas: 3 wei }"
            )
            .hasPrefix(
                "m.yaml:4:56: error: 'maxFeePerGas' leaves no room for the priority fee of at least 3 wei that "
                    + "'minPriorityFeePerGas' asks for [wrong-value]")
        )
    }

    @Test func numbersAndWordsHaveTheirForms() {
        let said = complaint(
            of: """
                chainId: 5, rpc: 'env:A', requestsPerSecond: 0, inFlight: 0, onUnavailable: ignore, explorer: scan,
                     fees: { bumpAfter: 3, maxBumps: -1 }, budget: { day: 1 }, limits: { transactionGas: 5 }
                """)
        #expect(
            said.split(separator: "\n").filter { $0.contains("error:") } == [
                "m.yaml:4:53: error: 'requestsPerSecond' of network 'n': '0' is not a whole number from 1 to 100000 [wrong-value]",
                "m.yaml:4:66: error: 'inFlight' of network 'n': '0' is not a whole number from 1 to 1000 [wrong-value]",
                "m.yaml:4:84: error: 'onUnavailable' of network 'n': 'ignore' is none of fail, skip [wrong-value]",
                "m.yaml:4:102: error: 'explorer' of network 'n': 'scan' is no address of the web [wrong-value]",
                "m.yaml:5:25: error: 'bumpAfter' of 'fees' of network 'n': '3' is no duration [wrong-value]",
                "m.yaml:5:38: error: 'maxBumps' of 'fees' of network 'n': '-1' is not a whole number from 0 to 100 [wrong-value]",
                "m.yaml:5:59: error: 'day' of 'budget' of network 'n': '1' is no amount [wrong-value]",
                "m.yaml:5:90: error: 'transactionGas' of 'limits' of network 'n': '5' is not a whole number from 21000 to 1000000000000 [wrong-value]",
            ]
        )
    }

    @Test func whatTheEnvironmentDecidesContradictsNothing() throws {
        let text = """
            version: 1
            project: p
            variables: { a: { env: A } }
            networks:
              n: { preset: "${var.a}", chainId: 137, rpc: ["${var.a}", "${var.a}"], fees: { maxFeePerGas: "${var.a}", maxPriorityFeePerGas: 1 gwei } }
              m: { preset: polygon, chainId: "${var.a}", rpc: 'env:B', fees: { maxPriorityFeePerGas: "${var.a}" }, explorer: "${var.a}" }
            """
        #expect(try load(text, requireEnvironment: false).manifest.networks.count == 2)
    }
}
