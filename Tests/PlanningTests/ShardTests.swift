import EthereumTypes
import Model
import Support
import Testing

@testable import Planning

@Suite struct ShardTests {
    typealias Bench = PlanBench

    @Test(arguments: ["0/3", "4/3", "1/0", "-1/3", "1", "1/", "/3", "a/b", "1/3/3", "1 /3", "", "+1/3"])
    func whatIsNoPartIsNone(_ text: String) { #expect(Shard(text) == nil) }

    @Test func aPartIsReadAndWritten() throws {
        let shard = try #require(Shard("2/3"))
        #expect((shard.index, shard.count) == (2, 3))
        #expect("\(shard)" == "2/3")
    }

    // MARK: Any plan

    /// A manifest with contracts that nobody deploys, networks of shared and of own chains, and references across all.
    private func manifest(_ random: inout SeededRandom) throws -> Manifest {
        var networks = [try Bench.devnet("d0"), try Bench.devnet("d1")]
        for number in 0..<4 {
            networks.append(
                try Bench.live(
                    "n\(number)", chainID: UInt64.random(in: 1...3, using: &random),
                    signer: Bool.random(using: &random) ? "ci" : "dao"))
        }
        for index in networks.indices.dropFirst() where Int.random(in: 0..<8, using: &random) == 0 {
            networks[index].after = networks[Int.random(in: 0..<index, using: &random)].name
        }
        for index in networks.indices where Int.random(in: 0..<3, using: &random) == 0 {
            networks[index].owner = "council"
        }
        for index in networks.indices where !networks[index].isDevnet && Bool.random(using: &random) {
            networks[index].verifiers = [VerifierSpec(.sourcify, url: "https://s.example")]
        }
        let contracts = try (0..<Int.random(in: 1...12, using: &random)).map { try Bench.contract("C\($0)") }
        var deployments: [DeploymentSpec] = []
        for number in 0..<Int.random(in: 0...14, using: &random) {
            let places = networks.map(\.name).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
            guard !places.isEmpty else { continue }
            var arguments: [Argument] = []
            if let other = deployments.randomElement(using: &random),
                Int.random(in: 0..<3, using: &random) == 0
            {
                let place = other.networks.randomElement(using: &random)?.value
                arguments = [Bench.address(of: other.name, on: place)]
            }
            let contract = try #require(contracts.randomElement(using: &random)).name.rawValue
            var call = Bench.call("go")
            if Bool.random(using: &random) { call.by = .owner }
            var spec = Bench.deployment(
                "t\(number)", of: contract, on: places, arguments: arguments,
                calls: Bool.random(using: &random) ? [call] : [])
            if Int.random(in: 0..<3, using: &random) == 0 { spec.proxy = ProxySpec(kind: .beacon) }
            deployments.append(spec)
        }
        var manifest = try Bench.manifest(
            contracts: contracts, networks: networks, deployments: deployments)
        manifest.signers.append(
            SignerSpec(name: "council", location: Bench.at(8), form: .safe(.zero, multiSend: nil)))
        return manifest
    }

    private func accounts(_ step: Plan<Action>.Step) -> [String] {
        let (network, signers): (NetworkSpec, [SignerSpec?])
        switch step.work {
        case .factory(let action): (network, signers) = (action.network, [nil])
        case .deploy(let action), .implementation(let action, _):
            (network, signers) = (action.network, [action.signer])
        case .beacon(let action): (network, signers) = (action.network, [action.deployment.signer])
        case .proxy(let action):
            (network, signers) = (action.network, [action.deployment.signer, action.upgrader])
        case .call(let action): (network, signers) = (action.network, [action.signer])
        case .generate, .compile, .audit, .check, .verify: return []
        }
        let chain = network.isDevnet ? network.name : "\(network.chainID)"
        return signers.map { "\(chain)/\($0?.name ?? "")" }
    }

    @Test(arguments: 0..<300)
    func partsAreApartAndTogetherTheWhole(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let manifest = try manifest(&random)
        var request = PlanRequest(allNetworks: true)
        let whole: Plan<Action>
        do throws(PlanningError) {
            whole = try Planner.plan(manifest, Snapshot(), request).plan
        } catch {
            // Two networks that wait for each other.
            #expect(error.diagnostics.map(\.code) == ["cycle"])
            return
        }
        let count = Int.random(in: 1...6, using: &random)
        var seen: [StepID: Int] = [:]
        var homes: [String: Int] = [:]
        for index in 1...count {
            request.shard = Shard(index, of: count)
            let part = try Planner.plan(manifest, Snapshot(), request).plan
            #expect(
                try Planner.plan(manifest, Snapshot(), request).plan.steps.map(\.id) == part.steps.map(\.id))
            for step in part.steps {
                seen[step.id, default: 0] += 1
                #expect(step.needs.allSatisfy { part[$0] != nil }, "\(step.id)")
                let other = try #require(whole[step.id])
                #expect(step.needs == other.needs)
                // What it waits for beside that is of the same part, since whole rows of transactions are.
                if step.network != nil { #expect(step.after == other.after, "\(step.id)") }
                for account in accounts(step) {
                    #expect(homes[account] ?? index == index, "\(account) sends from two parts")
                    homes[account] = index
                }
            }
        }
        #expect(Set(seen.keys) == Set(whole.steps.map(\.id)))
        for step in whole.steps where step.network != nil { #expect(seen[step.id] == 1, "\(step.id)") }
        let needed = whole.closed { $0.network != nil }
        for step in whole.steps where needed[step.id] == nil { #expect(seen[step.id] == 1, "\(step.id)") }
    }

    // MARK: One plan

    private func sizes(_ manifest: Manifest, _ count: Int) throws -> [Int] {
        try (1...count).map { index in
            try Planner.plan(
                manifest, Snapshot(), PlanRequest(allNetworks: true, shard: Shard(index, of: count))
            ).plan.steps.count
        }
    }

    @Test func partsAreAsLargeAsTheyCanBe() throws {
        let contracts = try (0..<12).map { try Bench.contract("C\($0)") }
        let networks = try (0..<4).map { try Bench.devnet("d\($0)") }
        let deployments = (0..<8).map { Bench.deployment("t\($0)", of: "C\($0)", on: ["d\($0 % 4)"]) }
        let manifest = try Bench.manifest(contracts: contracts, networks: networks, deployments: deployments)
        // Four lanes of two deployments, six steps each, and four contracts that nobody deploys, two steps each.
        #expect(try sizes(manifest, 1) == [32])
        #expect(try sizes(manifest, 2) == [16, 16])
        #expect(try sizes(manifest, 4) == [8, 8, 8, 8])
        #expect(try sizes(manifest, 3) == [12, 10, 10])
        #expect(try sizes(manifest, 40).reduce(0, +) == 32)
    }

    @Test func oneChainUnderTwoNamesIsOneChain() throws {
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")],
            networks: [Bench.live("north", chainID: 5), Bench.live("south", chainID: 5)],
            deployments: [Bench.deployment("a", of: "A", on: ["north", "south"])])
        #expect(try sizes(manifest, 2).sorted() == [0, 4])
    }

    @Test func twoNamesForOneKeyAreOneAccount() throws {
        var manifest = try Bench.manifest(
            contracts: [Bench.contract("A")],
            networks: [Bench.live("north", chainID: 5), Bench.live("south", chainID: 5, signer: "dao")],
            deployments: [Bench.deployment("a", of: "A", on: ["north", "south"])])
        #expect(try sizes(manifest, 2) == [3, 3])
        manifest.signers = ["ci", "dao"].map {
            SignerSpec(name: $0, location: Bench.at(7), key: .environment("ONE_KEY"))
        }
        #expect(try sizes(manifest, 2).sorted() == [0, 4])
    }

    private static func signer(
        _ form: SignerSpec.Form,
        _ address: Address? = nil
    ) -> SignerSpec {
        var signer = SignerSpec(name: "", location: Bench.at(7), form: form)
        signer.keyAddress = address
        return signer
    }

    private static let account = Address(bytes: Array(repeating: 1, count: 20)) ?? .zero
    private static let keystore = SignerSpec.Form.keystore(path: "keys/a.json", password: .environment("A"))

    /// Whatever a manifest says of an account tells that it is one: where the key is read, or the address.
    @Test(arguments: [
        (signer(.key(.environment("A"))), signer(.key(.environment("A")), account), true),
        (signer(.key(.environment("A")), account), signer(.key(.environment("B")), account), true),
        (signer(.key(.environment("A")), account), signer(keystore, account), true),
        (signer(.key(.environment("A")), account), signer(.address(account)), true),
        (signer(keystore), signer(.keystore(path: "keys/a.json", password: .environment("B"))), true),
        (signer(keystore), signer(.keystore(path: "keys/b.json", password: .environment("A"))), false),
        (signer(.key(.environment("A"))), signer(.key(.environment("B"))), false),
        (signer(.key(.environment("A")), account), signer(.key(.environment("B")), .zero), false),
    ])
    func whatTheManifestSaysOfAnAccountIsOneAccount(
        _ left: SignerSpec,
        _ right: SignerSpec,
        _ isOne: Bool
    ) throws {
        var manifest = try Bench.manifest(
            contracts: [Bench.contract("A")],
            networks: [Bench.live("north", chainID: 5), Bench.live("south", chainID: 5, signer: "dao")],
            deployments: [Bench.deployment("a", of: "A", on: ["north", "south"])])
        manifest.signers = zip(["ci", "dao"], [left, right]).map { name, signer in
            var signer = signer
            signer.name = name
            return signer
        }
        #expect(try sizes(manifest, 2).sorted() == (isOne ? [0, 4] : [3, 3]))
    }

    @Test func aPartKnowsWhoSendsInTheOthers() throws {
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")],
            networks: [
                Bench.live("north", chainID: 5), Bench.live("south", chainID: 6, signer: "dao"),
                Bench.devnet(),
            ],
            deployments: [Bench.deployment("a", of: "A", on: ["north", "south", "devnet"])])
        let apart = try (1...3).map { index in
            try Planner.plan(
                manifest, Snapshot(), PlanRequest(allNetworks: true, shard: Shard(index, of: 3))
            ).apart.mapValues { $0.map(\.name) }
        }
        let (north, south) = (try #require(ChainID(5)), try #require(ChainID(6)))
        #expect(apart.contains([south: ["dao"]]) && apart.contains([north: ["ci"]]))
        #expect(apart.contains([north: ["ci"], south: ["dao"]]))
        #expect(try Planner.plan(manifest, Snapshot(), PlanRequest(allNetworks: true)).apart.isEmpty)
    }

    @Test func aCheckThatAuditsWaitForIsInEachPart() throws {
        var manifest = try Bench.manifest(contracts: [Bench.contract("A"), Bench.contract("B")])
        manifest.checks = [
            CheckSpec(
                name: "unit", location: Bench.at(3), program: .named("true"), inputs: [], gates: [.audit])
        ]
        let parts = try (1...2).map { index in
            try Planner.plan(manifest, Snapshot(), PlanRequest(shard: Shard(index, of: 2))).plan.steps
                .map(\.id.rawValue)
        }
        #expect(
            parts == [["check:unit", "compile:A", "audit:A"], ["check:unit", "compile:B", "audit:B"]])
    }
}
