import EthereumTypes
import Foundation
import Manifests
import Model
import Support
import Testing

@Suite struct GoodManifestTests {
    static let whole = """
        version: 1
        project: treasury
        include: [more/*.yaml]
        variables:
          supply: "1000000"
          unit: "${var.supply}0"
          commit: { env: GITHUB_SHA, default: none }
        compilers:
          default:
            solc: 0.8.29
            evmVersion: cancun
            optimizer: { enabled: false, runs: 5 }
            viaIR: true
            remappings: ["@oz/=lib/oz/", "contracts:@a/=lib/a/"]
            bytecodeHash: none
          own: { solc: tools/solc }
        contracts:
          Token: { source: "contracts/Token.sol", policy: strict }
          Vault: { source: "contracts/Vault.sol:VaultV2", compiler: own }
          Coin: { generate: { template: erc20, options: { name: Coin, symbol: CN, premint: 1000000 } } }
        sets:
          wrappers: { sources: "contracts/wrappers/**/*.sol" }
          drops:
            rows: drops.csv
            key: "${row.id}"
            generate: { template: erc20, options: { name: "${row.name} ${var.commit}", symbol: D } }
        signers:
          ci: { key: "env:CI_KEY" }
          file: { key: "file:../keys/a" }
          vault: { key: "cmd:[pass, show, a b]" }
          pass: { key: { cmd: [pass, "x, y"] } }
        deployments:
          token:
            contract: Token
            networks: [devnet, sepolia]
            arguments: [no, 0123, "${var.unit}", "$${x}", [1, { a: "${network.values.owner}" }]]
            value: 0.5 ether
            calls:
              setFee:
                function: setFee(uint256)
                arguments: { fee: "25" }
                unless: { read: fee(), equals: "25" }
            redeploy: never
            tags: [core]
          vault:
            contract: Vault
            networks: [sepolia]
            arguments: { asset: "a ${deployments.token.address}", other: "${deployments.token@devnet.address}" }
          all: { each: wrappers, networks: [devnet], redeploy: always }
        """
    static let networks = """
        version: 1
        networks:
          devnet: { engine: devnet, state: persistent, values: { owner: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed" } }
          sepolia:
            rpc: ["env:SEPOLIA_RPC_URL"]
            chainId: 11155111
            signer: ci
            policy: strict
            confirmations: finalized
            fees: { maxFeePerGas: 50 gwei, maxPriorityFeePerGas: 2 gwei }
            values: { owner: "${signers.ci.address}", name: "${network.name}" }
        policies:
          strict:
            extends: base
            tools: [solc, hyperkit, slither]
            require: [slither]
            refuse: [{ rule: hyperkit/tx-origin }]
          base:
            failOn: medium
            refuse: [{ severity: low, confidence: high }]
            ignore: [{ rule: slither/naming-convention, reason: house style }]
            limits: { runtimeCodeBytes: 24576 }
        """

    private func whole() throws -> Manifest {
        let files = MemoryFiles([
            "/p/manifests/m.yaml": Self.whole, "/p/manifests/more/n.yaml": Self.networks, "/p/.git/HEAD": "",
        ])
        return try load(["manifests/m.yaml"], files, set: ["supply": "7"]).manifest
    }

    @Test func theProjectItsRootAndItsFilesAreKnown() throws {
        let manifest = try whole()
        #expect(manifest.project == "treasury")
        #expect(manifest.root == "/p")
        #expect(manifest.files.map(\.path) == ["manifests/m.yaml", "manifests/more/n.yaml"])
        #expect(manifest.files[0].digest == Digest(of: Data(Self.whole.utf8)))
    }

    @Test func compilersTakeWhatIsWritten() throws {
        let compilers = try whole().compilers
        #expect(
            compilers["default"]
                == CompilerSettings(
                    solc: .version("0.8.29"),
                    evmVersion: "cancun",
                    optimizerEnabled: false,
                    optimizerRuns: 5,
                    viaIR: true,
                    remappings: ["@oz/=manifests/lib/oz/", "manifests/contracts:@a/=manifests/lib/a/"],
                    bytecodeHash: .none
                )
        )
        #expect(compilers["own"] == CompilerSettings(solc: .path("/p/manifests/tools/solc")))
        #expect(try load("version: 1\nproject: p\n").manifest.compilers == ["default": CompilerSettings()])
    }

    @Test func contractsAndSetsKeepTheirOrderAndPlaces() throws {
        let manifest = try whole()
        #expect(manifest.contracts.map(\.name.rawValue) == ["Token", "Vault", "Coin"])
        #expect(manifest.contracts.map(\.location.line) == [18, 19, 20])
        #expect(manifest.contracts.map(\.policy) == ["strict", nil, nil])
        #expect(manifest.contracts.map(\.compiler) == ["default", "own", "default"])
        guard case .source(let path, let name) = manifest.contracts[1].origin else {
            Issue.record("Vault is no source")
            return
        }
        #expect(path.value == "manifests/contracts/Vault.sol")
        #expect(path.location == FileLocation(file: "manifests/m.yaml", line: 19, column: 20))
        #expect(name == "VaultV2")
        guard case .template(let spec) = manifest.contracts[2].origin else {
            Issue.record("Coin is no template")
            return
        }
        #expect(spec.options.map(\.name.value) == ["name", "symbol", "premint"])
        #expect(spec.options.map(\.value.text) == ["Coin", "CN", "1000000"])
        guard case .glob(let pattern) = manifest.sets[0].origin,
            case .rows(let rows, let key, let generate) = manifest.sets[1].origin
        else {
            Issue.record("the sets are not what they are")
            return
        }
        #expect(pattern.value == "manifests/contracts/wrappers/**/*.sol")
        #expect(rows.value == "manifests/drops.csv")
        #expect(key.segments == [.reference(.row(column: "id"))])
        #expect(
            generate.options[0].value.segments == [.reference(.row(column: "name")), .text(" none")]
        )
    }

    @Test func secretsAreReferences() throws {
        #expect(
            try whole().signers.map(\.form) == [
                .key(.environment("CI_KEY")), .key(.file("keys/a")),
                .key(.command(["pass", "show", "a b"])), .key(.command(["pass", "x, y"])),
            ]
        )
    }

    @Test func networksTakeWhatIsWritten() throws {
        let networks = try whole().networks
        #expect(networks.map(\.name) == ["devnet", "sepolia"])
        #expect(networks[0].chain == .devnet(state: .persistent, chainID: try #require(ChainID(31337))))
        #expect(
            networks[1].chain
                == .rpc(
                    [.secret(.environment("SEPOLIA_RPC_URL"))], chainID: try #require(ChainID(11_155_111)))
        )
        #expect(networks[1].signer == "ci")
        #expect(networks[1].policy == "strict")
        #expect(networks[1].confirmations == .finalized)
        #expect(networks[1].fees.maxFeePerGas == Wei(50_000_000_000))
        #expect(networks[1].values["owner"]?.references == [.signerAddress(name: "ci")])
        #expect(networks[1].values["name"]?.references == [.networkName])
    }

    @Test func deploymentsKeepTheTextOfTheirArguments() throws {
        let deployments = try whole().deployments
        #expect(deployments.map(\.name) == ["token", "vault", "all"])
        guard case .positional(let items) = deployments[0].arguments else {
            Issue.record("token has no list of arguments")
            return
        }
        let texts = items.prefix(4).map { argument -> String? in
            guard case .text(let text) = argument else { return nil }
            return text.text
        }
        #expect(texts == ["no", "0123", "70", "${x}"])
        #expect(items[4].references == [.networkValue(key: "owner")])
        #expect(deployments[0].value == Wei(500_000_000_000_000_000))
        #expect(deployments[0].redeploy == .never)
        #expect(deployments[0].tags == ["core"])
        #expect(deployments[0].calls.map(\.function.value) == ["setFee(uint256)"])
        #expect(deployments[0].calls.map(\.unless?.read.value) == ["fee()"])
        #expect(
            deployments[1].arguments.references == [
                .deploymentAddress(name: "token", network: nil),
                .deploymentAddress(name: "token", network: "devnet"),
            ]
        )
        #expect(deployments[2].redeploy == .always)
        #expect(deployments[2].networks.map(\.value) == ["devnet"])
    }

    @Test func policiesInheritWhatTheyDoNotSay() throws {
        let policies = try whole().policies
        #expect(
            policies["strict"]
                == Policy(
                    name: "strict",
                    tools: ["solc", "hyperkit", "slither"],
                    required: ["slither"],
                    refusals: [
                        Policy.Refusal(severity: .medium), Policy.Refusal(severity: .low, confidence: .high),
                        Policy.Refusal(rule: "hyperkit/tx-origin"),
                    ],
                    ignored: [Policy.Ignored(rule: "slither/naming-convention", reason: "house style")],
                    runtimeCodeBytes: 24576
                )
        )
        #expect(policies["base"]?.tools == ["solc", "hyperkit"])
        let bare = try load("version: 1\nproject: p\npolicies: { a: {} }\n").manifest.policies["a"]
        #expect(
            bare
                == Policy(
                    name: "a", tools: ["solc", "hyperkit"], refusals: [Policy.Refusal(severity: .high)]))
    }

    @Test func aliasesStandForWhatTheyName() throws {
        let manifest = try load(
            """
            version: 1
            project: p
            contracts:
              A: &a { source: a.sol }
              B: *a
            """
        ).manifest
        #expect(manifest.contracts.map(\.name.rawValue) == ["A", "B"])
    }

    @Test func whatTheTemplateImpliesIsANote() throws {
        let notes = try load(
            """
            version: 1
            project: p
            contracts:
              A: { generate: { template: erc20, options: { name: A, symbol: A, mintable: true } } }
            """
        ).notes
        #expect(notes.map(\.severity) == [.note])
        #expect(notes.map(\.location) == [FileLocation(file: "m.yaml", line: 4, column: 78)])
    }

    @Test func validatingNeedsNoEnvironment() throws {
        let text = """
            version: 1
            project: p
            variables: { n: { env: N } }
            contracts: { A: { source: a.sol } }
            networks: { d: { engine: devnet, chainId: "${var.n}", confirmations: "${var.n}" } }
            signers: { s: { key: "${var.n}" } }
            deployments:
              a: { contract: A, networks: [d], arguments: ["${var.n}"], value: "${var.n}", policy: "${var.n}" }
            compilers: { default: { solc: "${var.n}", viaIR: "${var.n}" } }
            """
        #expect(try load(text, requireEnvironment: false).manifest.deployments.count == 1)
        let said = complaint(text).split(separator: "\n").filter { $0.contains("error:") }
        #expect(said.count == 8)
        #expect(said.allSatisfy { $0.hasSuffix("the variable 'n' has no value: N is not set [environment]") })
    }
}
