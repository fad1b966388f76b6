import EthereumTypes
import Foundation
import Model
import Testing

@testable import Planning

@Suite struct EffectPlanTests {
    typealias Bench = PlanBench

    let strict = Policy(name: "strict", tools: ["slither", "solc"])
    let loose = Policy(name: "loose", tools: ["solc"])
    let own = Policy(name: "own", tools: ["hyperkit"])

    @Test func theNamesAreThoseOfTheWholeManifest() throws {
        var vault = Bench.deployment("vault", of: "A", on: ["north", "south"])
        vault.formerly = [Bench.located("safe")]
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")],
            networks: [Bench.live("north", chainID: 5), Bench.live("south", chainID: 6)],
            deployments: [vault, Bench.deployment("token", of: "A", on: ["south"])])
        for request in [
            PlanRequest(), PlanRequest(select: ["vault@north"], networks: ["north"]),
            PlanRequest(allNetworks: true, shard: Shard(1, of: 2)),
        ] {
            #expect(
                try Planner.plan(manifest, Snapshot(), request).deploymentNames
                    == ["north": ["vault", "safe"], "south": ["vault", "safe", "token"]])
        }
    }

    // MARK: Order

    @Test func referencesAreNeedsAndOneSenderSendsInPlanOrder() throws {
        let calls = [
            Bench.call("setFee"),
            Bench.call(
                "setOracle", arguments: [Bench.address(of: "oracle")],
                unless: .init(read: Bench.located("oracle()"), equals: Bench.address(of: "oracle"))),
        ]
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("Vault"), Bench.contract("Token"), Bench.contract("Oracle")],
            deployments: [
                Bench.deployment("vault", of: "Vault", arguments: [Bench.address(of: "token")], calls: calls),
                Bench.deployment("token", of: "Token", value: Wei(5)),
                Bench.deployment("oracle", of: "Oracle"),
            ])
        let plan = try Planner.plan(manifest, Snapshot()).plan
        #expect(
            Bench.lines(plan) == [
                "compile:Vault", "audit:Vault < compile:Vault", "compile:Token",
                "audit:Token < compile:Token",
                "compile:Oracle", "audit:Oracle < compile:Oracle",
                "deploy:token@devnet < compile:Token audit:Token"
                    + " | audit:Oracle audit:Vault compile:Oracle compile:Vault",
                "deploy:oracle@devnet < compile:Oracle audit:Oracle | deploy:token@devnet",
                "deploy:vault@devnet < compile:Vault audit:Vault deploy:token@devnet | deploy:oracle@devnet",
                "call:vault@devnet/setFee < compile:Vault deploy:vault@devnet",
                "call:vault@devnet/setOracle < compile:Vault deploy:vault@devnet deploy:oracle@devnet"
                    + " call:vault@devnet/setFee",
            ])
        let mates = try plan.deploy("token").laneMates
        #expect(mates.map(\.compile.rawValue) == ["compile:Token", "compile:Oracle", "compile:Vault"])
        #expect(mates.map(\.value) == [Wei(5), .zero, .zero])
        #expect(try plan.deploy("vault").laneMates.isEmpty)
        #expect(try plan.deploy("oracle").laneMates.isEmpty)
        #expect(plan.steps.last?.pool == "network:devnet")
        guard case .call(let last)? = plan.steps.last?.work else { return }
        #expect(last.previous?.rawValue == "call:vault@devnet/setFee")
        #expect(last.declared == ["setFee", "setOracle"] && last.formerly == [])
    }

    /// Also where a part of them is asked for.
    @Test func aCallKnowsItsOldNamesAndTheOthers() throws {
        var pay = Bench.call("pay")
        pay.formerly = [Bench.located("give")]
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("Vault")],
            deployments: [Bench.deployment("vault", of: "Vault", calls: [pay, Bench.call("open")])])
        let plan = try Planner.plan(manifest, Snapshot(), PlanRequest(select: ["call:vault@devnet/pay"])).plan
        let calls = plan.steps.compactMap { if case .call(let action) = $0.work { action } else { nil } }
        #expect(calls.map(\.names) == [["pay", "give"]])
        #expect(calls.map(\.declared) == [["pay", "open"]])
    }

    /// Nobody takes back what people were shown when a block goes away.
    @Test func peopleAreAskedOnlyForWhatUsesWhatStays() throws {
        let vault = StepID.deploy("vault", on: "live")
        for (form, early) in [
            (SignerSpec.Form.key(.environment("DAO_KEY")), Milestone.usable), (.address(.zero), nil),
            (.safe(.zero, multiSend: nil), nil),
        ] {
            var live = try Bench.live("live")
            live.owner = "dao"
            var call = Bench.call("setFee")
            call.by = .owner
            var manifest = try Bench.manifest(
                contracts: [Bench.contract("Vault")], networks: [live],
                deployments: [Bench.deployment("vault", of: "Vault", on: ["live"], calls: [call])])
            manifest.signers[1].form = form
            let plan = try Planner.plan(manifest, Snapshot(), PlanRequest(allNetworks: true)).plan
            let step = try #require(plan[.call("setFee", of: "vault", on: "live")])
            #expect(step.needs.contains(vault))
            #expect(step.early[vault] == early, "\(form)")
        }
    }

    @Test func aCallOfItselfNeedsItselfOnce() throws {
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")],
            deployments: [
                Bench.deployment(
                    "a", of: "A", calls: [Bench.call("trust", arguments: [Bench.address(of: "a")])])
            ])
        let plan = try Planner.plan(manifest, Snapshot()).plan
        #expect(Bench.lines(plan).last == "call:a@devnet/trust < compile:A deploy:a@devnet")
    }

    @Test func networksAndSignersHaveLanesOfTheirOwn() throws {
        let networks = [
            try Bench.live("north"), try Bench.live("south", chainID: 2, signer: "dao"), try Bench.devnet(),
        ]
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A"), Bench.contract("B")], networks: networks,
            deployments: [
                Bench.deployment("a", of: "A", on: ["north", "south", "devnet"]),
                Bench.deployment("b", of: "B", on: ["south", "north"]),
            ])
        let plan = try Planner.plan(manifest, Snapshot(), PlanRequest(allNetworks: true)).plan
        let after = plan.steps.filter { $0.id.kind == .deploy }.map { step in
            "\(step.id.subject): \(step.after.map(\.rawValue).joined(separator: " "))"
        }
        #expect(
            after == [
                "a@north: audit:B compile:B", "a@south: audit:B compile:B", "a@devnet: ",
                "b@south: deploy:a@south", "b@north: deploy:a@north",
            ])
        #expect(try plan.deploy("a", on: "devnet").laneMates.count == 1)
        #expect(try plan.deploy("a", on: "devnet").signer == nil)
        #expect(try plan.deploy("a", on: "south").signer?.name == "dao")
    }

    @Test func anAddressOnAnotherNetworkIsNeededFromThere() throws {
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A"), Bench.contract("B")],
            networks: [Bench.live("north"), Bench.live("south", chainID: 2)],
            deployments: [
                Bench.deployment(
                    "b", of: "B", on: ["south"], arguments: [Bench.address(of: "a", on: "north")]),
                Bench.deployment("a", of: "A", on: ["north"]),
            ])
        let plan = try Planner.plan(manifest, Snapshot(), PlanRequest(allNetworks: true)).plan
        #expect(
            plan[.deploy("b", on: "south")]?.needs.map(\.rawValue) == [
                "compile:B", "audit:B", "deploy:a@north",
            ])
        // Where the command does not name that one, it is read of its record.
        let alone = try Planner.plan(manifest, Snapshot(), PlanRequest(networks: ["south"])).plan
        #expect(alone[.deploy("b", on: "south")]?.needs.map(\.rawValue) == ["compile:B", "audit:B"])
        #expect(alone[.deploy("a", on: "north")] == nil)
    }

    @Test func whatADevnetKeepsForNobodyIsNeededInTheSameRun() throws {
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A"), Bench.contract("B")],
            networks: [Bench.devnet(), Bench.live("south", chainID: 2)],
            deployments: [
                Bench.deployment(
                    "b", of: "B", on: ["south"], arguments: [Bench.address(of: "a", on: "devnet")]),
                Bench.deployment("a", of: "A", on: ["devnet"]),
            ])
        let problems = Bench.problems(manifest, Snapshot(), PlanRequest(networks: ["south"]))
        #expect(
            problems.map(\.description) == [
                """
                a.yaml:9:3: error: deploy:b@south needs deploy:a@devnet, which is not part of this run [not-named]
                  hint: name its network as well: --network devnet
                """
            ])
    }

    @Test func whatDiffersOnANetworkIsPlannedThere() throws {
        var spec = Bench.deployment(
            "a", of: "A", on: ["north", "devnet"], arguments: [.text(Bench.text("1"))],
            calls: [Bench.call("go")])
        var here = Bench.deployment(
            "a", of: "A", on: ["devnet"], arguments: [Bench.reference(.networkName)], policy: "loose",
            value: Wei(3))
        here.redeploy = .always
        spec.overrides = ["devnet": here]
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")], networks: [Bench.live("north"), Bench.devnet()],
            deployments: [spec], policies: [loose])
        let plan = try Planner.plan(manifest, Snapshot(), PlanRequest(allNetworks: true)).plan
        let (north, devnet) = (try plan.deploy("a", on: "north"), try plan.deploy("a"))
        #expect(north.arguments.spelling == #"["1"]"#)
        #expect(devnet.arguments.spelling == #"["devnet"]"#)
        #expect((north.value, devnet.value) == (.zero, Wei(3)))
        #expect((north.redeploy, devnet.redeploy) == (.changed, .always))
        #expect(north.gates.map(\.policy.name) == ["built-in"])
        #expect(devnet.gates.map(\.policy.name) == ["loose"])
        #expect(plan.steps.filter { $0.id.kind == .call }.map(\.id.rawValue) == ["call:a@north/go"])
    }

    // MARK: Networks

    @Test(arguments: [
        (PlanRequest(), ["devnet", "local"]), (PlanRequest(networks: ["north"]), ["north"]),
        (PlanRequest(networks: ["north", "local"]), ["north", "local"]),
        (PlanRequest(allNetworks: true), ["north", "devnet", "local", "south"]),
        (PlanRequest(networks: ["south"], allNetworks: true), ["north", "devnet", "local", "south"]),
    ])
    func onlyNamedNetworksAreDeployedTo(_ request: PlanRequest, _ expected: [String]) throws {
        let all = ["north", "devnet", "local", "south"]
        let networks = [
            try Bench.live("north"), try Bench.devnet(), try Bench.devnet("local"),
            try Bench.live("south", chainID: 2),
        ]
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")], networks: networks,
            deployments: [Bench.deployment("a", of: "A", on: all)])
        let planned = try Planner.plan(manifest, Snapshot(), request)
        let deployed = planned.plan.steps.filter { $0.id.kind == .deploy }.map(\.id.subject)
        #expect(deployed == all.filter(expected.contains).map { "a@\($0)" })
        #expect(planned.notNamed.map(\.network) == all.filter { !expected.contains($0) })
        #expect(planned.plan.steps.prefix(2).map(\.id.rawValue) == ["compile:A", "audit:A"])
    }

    @Test func whatIsNotNamedSaysWhatItIs() throws {
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")], networks: [Bench.live("north", chainID: 5)],
            deployments: [Bench.deployment("a", of: "A", on: ["north"])])
        #expect(
            try Planner.plan(manifest, Snapshot()).notNamed
                == [PlannedDeployment(name: "a", contract: "A", network: "north", chainID: 5)])
    }

    @Test func anUnknownNetworkIsToldWithThoseThereAre() throws {
        let manifest = try Bench.manifest(networks: [Bench.live("north"), Bench.devnet()])
        #expect(
            Bench.problems(manifest, Snapshot(), PlanRequest(networks: ["nroth"])).map(\.description) == [
                """
                error: there is no network 'nroth' [unknown-network]
                  hint: the manifest has devnet, north
                """
            ])
    }

    // MARK: Selection

    static func selectable() throws -> Manifest {
        var tagged = Bench.deployment("b", of: "B", arguments: [Bench.address(of: "a")])
        tagged.tags = ["core", "late"]
        return try Bench.manifest(
            contracts: [Bench.contract("A"), Bench.contract("B"), Bench.contract("C")],
            deployments: [
                Bench.deployment("a", of: "A", calls: [Bench.call("go"), Bench.call("on")]),
                tagged,
            ])
    }

    @Test(arguments: [
        (["audit:C"], ["compile:C", "audit:C"]), (["C"], ["compile:C", "audit:C"]),
        (
            ["deploy:b@*"],
            [
                "compile:A", "audit:A", "compile:B", "audit:B", "deploy:a@devnet", "deploy:b@devnet",
            ]
        ),
        (
            ["tag:l*"],
            ["compile:A", "audit:A", "compile:B", "audit:B", "deploy:a@devnet", "deploy:b@devnet"]
        ),
        (
            ["a@devnet/on", "compile:?"],
            [
                "compile:A", "audit:A", "compile:B", "compile:C", "deploy:a@devnet", "call:a@devnet/go",
                "call:a@devnet/on",
            ]
        ),
    ])
    func selectionBringsWhatIsNeeded(_ select: [String], _ expected: [String]) throws {
        let plan = try Planner.plan(Self.selectable(), Snapshot(), PlanRequest(select: select)).plan
        #expect(plan.steps.map(\.id.rawValue) == expected)
    }

    @Test func whatIsLeftOutIsDoneOnlyWhereSomethingNeedsIt() throws {
        func calls(_ name: String) throws -> [String] {
            let left = PlanRequest(leavingOut: [.call(name, of: "a", on: "devnet")])
            return try Planner.plan(Self.selectable(), Snapshot(), left).plan.steps.map(\.id)
                .filter { $0.kind == .call }.map(\.rawValue)
        }
        #expect(try calls("on") == ["call:a@devnet/go"])
        #expect(try calls("go") == ["call:a@devnet/go", "call:a@devnet/on"])
    }

    @Test(arguments: [
        (StepID.Kind.compile, ["compile"]), (.audit, ["compile", "audit"]),
        (.deploy, ["compile", "audit", "deploy"]), (.call, ["compile", "audit", "deploy", "call"]),
    ])
    func untilCutsBehindAKind(_ until: StepID.Kind, _ expected: [String]) throws {
        let plan = try Planner.plan(Self.selectable(), Snapshot(), PlanRequest(until: until)).plan
        #expect(Set(plan.steps.map(\.id.kind.rawValue)) == Set(expected))
    }

    @Test func untilIsStrongerThanSelect() throws {
        let request = PlanRequest(select: ["b@devnet"], until: .audit)
        #expect(
            Bench.problems(try Self.selectable(), Snapshot(), request).map(\.code) == ["nothing-selected"])
    }

    @Test func aSelectionOfNothingShowsWhatThereIs() throws {
        #expect(
            Bench.problems(try Self.selectable(), Snapshot(), PlanRequest(select: ["x", "y*"]))
                .map(\.description) == [
                    """
                    error: no step matches 'x' or 'y*' [nothing-selected]
                      hint: steps are compile:A, audit:A, compile:B…; 'hyperkit graph' shows all
                    """
                ])
    }

    @Test func lanesOfASelectionHoldOnlyWhatIsSelected() throws {
        let plan = try Planner.plan(Self.selectable(), Snapshot(), PlanRequest(select: ["deploy:a@*"])).plan
        #expect(Bench.lines(plan).last == "deploy:a@devnet < compile:A audit:A")
        #expect(try plan.deploy("a").laneMates.map(\.compile.rawValue) == ["compile:A"])
    }

    // MARK: Gates

    /// The gates of `A`'s audit as `network/policy`, and those of its deployments.
    func gates(
        contract: String? = nil,
        networks: [String: String] = [:],
        deployment: String? = nil,
        policies: [Policy]? = nil,
        isDeployed: Bool = true
    ) throws -> (audit: [String], tools: [String], deploys: [String: [String]]) {
        let specs = [
            try Bench.live("north", policy: networks["north"]),
            try Bench.live("south", chainID: 2, policy: networks["south"]),
        ]
        let deployments = [Bench.deployment("a", of: "A", on: ["north", "south"], policy: deployment)]
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A", policy: contract)], networks: specs,
            deployments: isDeployed ? deployments : [], policies: policies ?? [strict, loose, own])
        let plan = try Planner.plan(manifest, Snapshot(), PlanRequest(allNetworks: true)).plan
        let words = { (gates: [AuditAction.Gate]) in gates.map { "\($0.network ?? "*")/\($0.policy.name)" } }
        let audit = try plan.audit("A")
        var deploys: [String: [String]] = [:]
        for network in isDeployed ? ["north", "south"] : [] {
            deploys[network] = words(try plan.deploy("a", on: network).gates)
        }
        return (words(audit.gates), audit.tools, deploys)
    }

    @Test func whereNothingIsNamedTheBuiltInPolicyJudges() throws {
        let gates = try gates()
        #expect(gates.audit == ["north/built-in", "south/built-in"])
        #expect(gates.tools == ["hyperkit", "solc"])
        #expect(try self.gates(isDeployed: false).audit == ["*/built-in"])
    }

    @Test func theManifestsDefaultComesBeforeTheBuiltIn() throws {
        let standard = Policy(name: "default", tools: ["slither"])
        let gates = try gates(networks: ["south": "loose"], policies: [standard, loose])
        #expect(gates.audit == ["north/default", "south/loose"])
        #expect(gates.deploys == ["north": ["north/default"], "south": ["south/loose"]])
        #expect(gates.tools == ["slither", "solc"])
    }

    @Test func allThatAreNamedMustPass() throws {
        let gates = try gates(contract: "own", networks: ["north": "strict"], deployment: "loose")
        #expect(gates.audit == ["*/own", "north/strict", "north/loose", "south/loose"])
        #expect(
            gates.deploys == [
                "north": ["*/own", "north/strict", "north/loose"], "south": ["*/own", "south/loose"],
            ])
        #expect(gates.tools == ["hyperkit", "slither", "solc"])
    }

    @Test func aContractsOwnPolicyStandsAloneWhereNoOtherIsNamed() throws {
        let gates = try gates(contract: "own")
        #expect(gates.audit == ["*/own"])
        #expect(gates.deploys == ["north": ["*/own"], "south": ["*/own"]])
    }

    @Test func theSameGateIsJudgedOnce() throws {
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")], networks: [Bench.live("north", policy: "strict")],
            deployments: [
                Bench.deployment("a", of: "A", on: ["north"]), Bench.deployment("b", of: "A", on: ["north"]),
            ], policies: [strict])
        let plan = try Planner.plan(manifest, Snapshot()).plan
        #expect(try plan.audit("A").gates == [AuditAction.Gate(network: "north", policy: strict)])
    }
}
