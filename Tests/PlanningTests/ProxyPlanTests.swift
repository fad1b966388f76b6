import EthereumTypes
import Model
import Testing

@testable import Planning

@Suite struct ProxyPlanTests {
    private func manifest(_ proxy: ProxySpec, more: [DeploymentSpec] = []) throws -> Manifest {
        var vault = PlanBench.deployment("vault", of: "Vault", arguments: [PlanBench.address(of: "token")])
        vault.proxy = proxy
        vault.value = Wei(7)
        vault.calls = [PlanBench.call("open")]
        vault.formerly = [PlanBench.located("safe")]
        return try PlanBench.manifest(
            contracts: [PlanBench.contract("Token"), PlanBench.contract("Vault")],
            deployments: [PlanBench.deployment("token", of: "Token"), vault] + more)
    }

    private func plan(_ proxy: ProxySpec, more: [DeploymentSpec] = []) throws -> Plan<Action> {
        let files = ["Token", "Vault"].map { PlanBench.file("contracts/\($0).sol", declares: [$0]) }
        return try Planner.plan(manifest(proxy, more: more), PlanBench.snapshot(files)).plan
    }

    private func effects(_ plan: Plan<Action>) -> [String] {
        plan.steps.map(\.id).filter(\.kind.isEffect).map(\.rawValue)
    }

    @Test func codeAndProxyStandInPlaceOfTheDeployment() throws {
        let plan = try plan(ProxySpec(kind: .uups))
        #expect(
            effects(plan) == [
                "deploy:token@devnet", "implementation:vault@devnet", "proxy:vault@devnet",
                "call:vault@devnet/open",
            ])
        let code = try #require(plan[.implementation("vault", on: "devnet")])
        let proxy = try #require(plan[.proxy("vault", on: "devnet")])
        #expect(code.needs.contains(.deploy("token", on: "devnet")))
        #expect(proxy.needs.contains(code.id))
        #expect(proxy.needs.contains(.compile(ProxyContract.erc1967Proxy.name)))
        #expect(proxy.early[code.id] == .usable)
        guard case .implementation(let action, let behind) = code.work, case .proxy(behind) = proxy.work
        else {
            Issue.record("\(code.work) and \(proxy.work)")
            return
        }
        #expect(action.name == "implementation:vault")
        #expect(action.formerly == ["implementation:safe"])
        #expect(action.value == .zero)
        #expect(behind.deployment.value == Wei(7))
        #expect(behind.deployment.arguments == .none)
        #expect(behind.deployment.formerly == ["safe"])
        guard case .call(let call)? = plan[.call("open", of: "vault", on: "devnet")]?.work else {
            Issue.record("no call")
            return
        }
        #expect(call.deploy == proxy.id)
    }

    @Test func aBeaconStandsBetweenThem() throws {
        let plan = try plan(ProxySpec(kind: .beacon, owner: PlanBench.text("${x}")))
        #expect(
            effects(plan).dropFirst().prefix(3)
                == ["implementation:vault@devnet", "beacon:vault@devnet", "proxy:vault@devnet"])
        let contracts = plan.steps.map(\.id.rawValue).filter { $0.hasPrefix("compile:hyperkit") }
        #expect(contracts == ["compile:hyperkit/UpgradeableBeacon", "compile:hyperkit/BeaconProxy"])
    }

    /// A proxy on a network whose owner is a Safe, with a call of its owner and one of the signer.
    @Test func whoOwnsUpgradesAndComesInTheOwnersOrder() throws {
        var vault = PlanBench.deployment("vault", of: "Vault", on: ["live"])
        vault.proxy = ProxySpec(kind: .transparent)
        vault.creation.salt = SaltSpec(text: PlanBench.text("one"), factory: .deterministicProxy)
        var mine = PlanBench.call("mine")
        mine.by = .owner
        vault.calls = [mine, PlanBench.call("anybodys")]
        var network = try PlanBench.live("live")
        network.owner = "council"
        var manifest = try PlanBench.manifest(
            contracts: [PlanBench.contract("Vault")], networks: [network], deployments: [vault])
        let council = SignerSpec(
            name: "council", location: PlanBench.at(7), form: .safe(.zero, multiSend: nil))
        manifest.signers.append(council)
        let plan = try Planner.plan(
            manifest, PlanBench.snapshot([PlanBench.file("contracts/Vault.sol", declares: ["Vault"])]),
            PlanRequest(allNetworks: true)
        ).plan
        let step = try #require(plan[.proxy("vault", on: "live")])
        guard case .proxy(let proxy) = step.work else { return }
        #expect(proxy.upgrader == council && proxy.deployment.signer?.name == "ci")
        #expect(proxy.spec.owner?.references == [.signerAddress(name: "council")])
        #expect(proxy.deployment.signersRead == [council])
        #expect(proxy.deployment.creation.salt != nil)
        // It is the next in the row of the signer, and needs it to its end.
        #expect(step.early == [:])
        func call(_ name: String) throws -> (signer: String?, after: [StepID]) {
            let step = try #require(plan[.call(name, of: "vault", on: "live")])
            guard case .call(let action) = step.work else { return (nil, []) }
            return (action.signer?.name, step.after)
        }
        #expect(try call("mine").signer == "council")
        #expect(try call("anybodys").signer == "ci")
        // It is the first of the owner's but for the upgrade, which it needs already.
        #expect(try call("mine").after == [])
        // Without an owner of its own all of it is the signer's.
        manifest.networks[0].owner = "ci"
        guard
            case .proxy(let own)? = try Planner.plan(
                manifest, PlanBench.snapshot([PlanBench.file("contracts/Vault.sol", declares: ["Vault"])]),
                PlanRequest(allNetworks: true)
            ).plan[step.id]?.work
        else { return }
        #expect(own.owner == nil && own.upgrader?.name == "ci" && own.spec.owner == nil)
    }

    @Test func whatReadsItsAddressWaitsForTheProxy() throws {
        let reader = PlanBench.deployment("reader", of: "Token", arguments: [PlanBench.address(of: "vault")])
        let plan = try plan(ProxySpec(kind: .transparent), more: [reader])
        #expect(plan[.deploy("reader", on: "devnet")]?.needs.contains(.proxy("vault", on: "devnet")) == true)
    }

    @Test func initializeReadsAddressesToo() throws {
        let reader = PlanBench.deployment("other", of: "Token")
        let plan = try plan(
            ProxySpec(
                kind: .uups,
                initialize: ProxySpec.Initialize(
                    function: PlanBench.located("initialize(address)"),
                    arguments: .positional([PlanBench.address(of: "other")]))),
            more: [reader])
        #expect(plan[.proxy("vault", on: "devnet")]?.needs.contains(.deploy("other", on: "devnet")) == true)
    }

    @Test func theFirstOfALaneCountsAllThatIsCreated() throws {
        let plan = try plan(ProxySpec(kind: .beacon))
        let mates = try plan.deploy("token").laneMates
        #expect(mates.map(\.name) == ["token", "implementation:vault", "beacon:vault", "vault"])
        #expect(mates.map(\.redeploy) == [.changed, .changed, .never, .never])
        #expect(mates.map(\.value) == [.zero, .zero, .zero, Wei(7)])
    }

    @Test func namesOnRecordLeadBackToTheirSteps() {
        #expect(
            StepID.placing(recordedAs: "vault", on: "devnet")
                == [.deploy("vault", on: "devnet"), .proxy("vault", on: "devnet")])
        #expect(
            StepID.placing(recordedAs: "implementation:vault", on: "devnet")
                == [.implementation("vault", on: "devnet")])
        #expect(StepID("implementation:vault@devnet")?.placed == "implementation:vault@devnet")
        #expect(StepID("deploy:vault@devnet")?.placed == "vault@devnet")
    }
}
