import EthereumTypes
import Model
import Testing

@testable import Planning

/// How salts, factories and libraries show in a plan.
@Suite struct CreationPlanTests {
    typealias Bench = PlanBench

    private func salt(
        _ text: Interpolated.Segment...,
        factory: Create2Factory = .deterministicProxy,
        same: Bool = false
    ) -> SaltSpec {
        SaltSpec(text: Interpolated(text, at: Bench.at(12, 9)), factory: factory, isSameEverywhere: same)
    }

    private func deployment(
        _ name: String,
        on networks: [String] = ["devnet"],
        arguments: [Argument] = [],
        salt: SaltSpec? = nil,
        libraries: [String: Interpolated.Segment] = [:]
    ) -> DeploymentSpec {
        var spec = Bench.deployment(name, of: "A", on: networks, arguments: arguments)
        spec.creation = CreationSpec(
            libraries: libraries.sorted { $0.key < $1.key }.map {
                LibraryLink(
                    name: Bench.located($0.key), address: Interpolated([$0.value], at: Bench.at(13)))
            },
            salt: salt)
        return spec
    }

    private func manifest(_ deployments: [DeploymentSpec], networks: [NetworkSpec]? = nil) throws -> Manifest
    {
        try Bench.manifest(contracts: [Bench.contract("A")], networks: networks, deployments: deployments)
    }

    @Test func aFactoryOnADevnetIsAStepOfItsOwn() throws {
        let networks = [try Bench.devnet(), try Bench.live("sepolia")]
        let plan = try Planner.plan(
            try manifest(
                [
                    deployment("a", on: ["devnet", "sepolia"], salt: salt(.text("v1"))),
                    deployment("b", salt: salt(.text("v2"))),
                    deployment("c", salt: salt(.text("v1"), factory: .createX)),
                    deployment("d"),
                ], networks: networks), Snapshot(), PlanRequest(allNetworks: true)
        ).plan
        #expect(
            plan.steps.map(\.id.rawValue).filter { $0.hasPrefix("factory") } == [
                "factory:createx@devnet", "factory:deterministic-proxy@devnet",
            ])
        func factories(_ name: String, on network: String = "devnet") -> [String]? {
            plan[.deploy(name, on: network)]?.needs.map(\.rawValue).filter { $0.hasPrefix("factory") }
        }
        #expect(factories("a") == ["factory:deterministic-proxy@devnet"])
        #expect(factories("a", on: "sepolia") == [])
        #expect(factories("c") == ["factory:createx@devnet"])
        #expect(factories("d") == [])
        #expect(plan[.factory(.createX, on: "devnet")]?.pool == "network:devnet")
        #expect(try plan.deploy("a").laneMates.map(\.isSalted) == [true, true, true, false])
        let audit = try Planner.plan(
            try manifest([deployment("b", salt: salt(.text("v1")))]), Snapshot(), PlanRequest(until: .audit))
        #expect(audit.plan.steps.map(\.id.kind) == [.compile, .audit])
    }

    @Test func whatDoesNotGoTogetherIsSaidOnce() throws {
        func codes(_ form: SignerSpec.Form?, _ change: (inout DeploymentSpec) -> Void) throws -> [String] {
            var networks = [try Bench.devnet("one"), try Bench.devnet("two")]
            for index in networks.indices where form != nil { networks[index].signer = "dao" }
            var spec = deployment("a", on: ["one", "two"])
            change(&spec)
            var manifest = try manifest([spec], networks: networks)
            manifest.signers = form.map { [SignerSpec(name: "dao", location: Bench.at(7), form: $0)] } ?? []
            do throws(PlanningError) {
                _ = try Planner.plan(manifest, Snapshot(), PlanRequest(allNetworks: true))
                return []
            } catch {
                return error.diagnostics.map(\.code)
            }
        }
        let salt = salt(.text("v1"))
        #expect(try codes(nil) { $0.proxy = ProxySpec(kind: .uups) } == [])
        let same = try codes(nil) {
            $0.proxy = ProxySpec(kind: .uups)
            $0.creation.salt = self.salt(.text("v1"), same: true)
        }
        #expect(same == ["salt-and-proxy"])
        let safe = SignerSpec.Form.safe(.zero, multiSend: nil)
        #expect(try codes(safe) { _ in } == ["needs-salt", "needs-salt"])
        #expect(try codes(safe) { $0.creation.salt = salt } == [])
        #expect(try codes(safe) { $0.proxy = ProxySpec(kind: .uups) } == ["needs-salt", "needs-salt"])
        let salted = try codes(safe) {
            $0.proxy = ProxySpec(kind: .uups)
            $0.creation.salt = salt
        }
        #expect(salted == [])
        #expect(try codes(.address(.zero)) { $0.proxy = ProxySpec(kind: .uups) } == [])
    }

    @Test func librariesAreNeedsAndAreFilledInByNetwork() throws {
        var network = try Bench.devnet()
        network.values = ["sort": Interpolated(text: "0x1", at: Bench.at(3))]
        let plan = try Planner.plan(
            try manifest(
                [
                    deployment(
                        "vault",
                        libraries: [
                            "Math": .reference(.deploymentAddress(name: "math", network: nil)),
                            "Sort": .reference(.networkValue(key: "sort")),
                        ]), deployment("math"),
                ], networks: [network]), Snapshot()
        ).plan
        let action = try plan.deploy("vault")
        #expect(plan[action.step]?.needs.contains(.deploy("math", on: "devnet")) == true)
        #expect(action.creation.libraries.map(\.address.text) == [nil, "0x1"])
        #expect(action.references == [.deploymentAddress(name: "math", network: nil)])
        #expect(action.location == Bench.at(9))
    }

    @Test func twinsAreOnTheOtherNetworksAndWhatTheyReferToComesFirst() throws {
        let networks = [try Bench.devnet("one"), try Bench.devnet("two")]
        let token = deployment("token", on: ["one", "two"])
        let vault = deployment(
            "vault", on: ["one", "two"], arguments: [Bench.address(of: "token")],
            salt: salt(.text("v1"), same: true))
        let plan = try Planner.plan(try manifest([token, vault], networks: networks), Snapshot()).plan
        #expect(try plan.deploy("vault", on: "one").twins.map(\.network.name) == ["two"])
        #expect(try plan.deploy("token", on: "one").twins.isEmpty)
        #expect(plan[.deploy("vault", on: "one")]?.after.contains(.deploy("token", on: "two")) == true)
        // A network that is not part of the run is compared all the same.
        let alone = try Planner.plan(
            try manifest([token, vault], networks: networks), Snapshot(), PlanRequest(networks: ["one"])
        ).plan
        #expect(try alone.deploy("vault", on: "one").twins.map(\.network.name) == ["two"])
    }

    @Test func saltsThatCannotGiveOneAddressAreTold() throws {
        let networks = [try Bench.live("one", chainID: 31_337), try Bench.live("two", chainID: 31_338)]
        func problems(_ salt: SaltSpec) throws -> [String] {
            Bench.problems(
                try manifest([deployment("a", on: ["one", "two"], salt: salt)], networks: networks)
            ).map(\.description)
        }
        #expect(try problems(salt(.text("v1"), same: true)) == [])
        #expect(try problems(salt(.text("v1 "), .reference(.networkName))) == [])
        let place = Bench.at(12, 9)
        #expect(
            try problems(salt(.text("v1 "), .reference(.networkName), same: true)) == [
                """
                \(place): error: 'a' cannot have the same address on all its networks: its salt differs: v1 one on one, \
                v1 two on two [address-differs]
                  hint: make them the same, or take 'sameAddress' out
                """
            ])
        let chained = "0x" + String(repeating: "0", count: 40) + "01" + String(repeating: "0", count: 22)
        #expect(
            try problems(salt(.text(chained), factory: .createX, same: true)) == [
                """
                \(place): error: 'a' cannot have the same address on all its networks: byte 20 of its salt makes the \
                chain's number count: chain id 31337 on one, chain id 31338 on two [address-differs]
                  hint: make them the same, or take 'sameAddress' out
                """
            ])
        let refused = "0x" + String(repeating: "0", count: 40) + "02" + String(repeating: "0", count: 22)
        #expect(
            try problems(salt(.text(refused), factory: .createX)).first == """
                \(place): error: CreateX takes no salt that begins with 20 zero bytes and then 02 [salt]
                  hint: byte 20 is 01 where the chain's number counts, else 00
                """)
        #expect(
            try problems(salt(.reference(.networkValue(key: "v")))).first?.contains("has no value 'v'")
                == true)
    }

    @Test func twoDeploymentsAtOneAddressAreTold() throws {
        let networks = [try Bench.devnet("one"), try Bench.devnet("two")]
        func problems(_ change: (inout DeploymentSpec) -> Void) throws -> [String] {
            let first = deployment(
                "a", on: ["one", "two"], arguments: [.text(Bench.text("7"))], salt: salt(.text("v1")))
            var second = deployment(
                "b", on: ["one", "two"], arguments: [.text(Bench.text("7", line: 20))],
                salt: salt(.text("v1")))
            change(&second)
            return Bench.problems(try manifest([first, second], networks: networks)).map(\.description)
        }
        #expect(
            try problems { _ in } == [
                """
                \(Bench.at(12, 9)): error: 'b' would be at the address of 'a': they have the same contract, arguments and \
                salt [one-address]
                  hint: give it another salt, or keep one of them with the calls of both
                """
            ])
        #expect(try problems { $0.creation.salt = self.salt(.text("v2")) } == [])
        #expect(try problems { $0.creation.salt = self.salt(.text("v1"), factory: .createX) } == [])
        #expect(try problems { $0.creation.salt = nil } == [])
        #expect(try problems { $0.arguments = .positional([.text(Bench.text("8"))]) } == [])
        #expect(try problems { $0.proxy = ProxySpec(kind: .uups) } == [])
        #expect(try problems { $0.networks = [Bench.located("two")] }.count == 1)
    }
}
