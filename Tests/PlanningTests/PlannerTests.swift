import EthereumTypes
import Foundation
import Model
import Testing

@testable import Planning

@Suite struct PlannerTests {
    typealias Bench = PlanBench

    @Test func aFileIsCompiledWithItsClosureAndAudited() throws {
        let manifest = try Bench.manifest(contracts: [
            Bench.contract("Token", path: "contracts/Tokens.sol", of: "TokenV2")
        ])
        let snapshot = Bench.snapshot(
            [
                Bench.file(
                    "contracts/Tokens.sol", declares: ["TokenV1", "TokenV2"], pragmas: [">=0.8.0 <0.9.0"]),
                Bench.file("contracts/lib/Owned.sol", pragmas: ["^0.8.20", ">=0.8.0 <0.9.0"]),
            ], imports: ["contracts/Tokens.sol": ["contracts/lib/Owned.sol"]])
        let plan = try Planner.plan(manifest, snapshot).plan
        #expect(Bench.lines(plan) == ["compile:Token", "audit:Token < compile:Token"])
        let compile = try plan.compile("Token")
        #expect(compile.contractInFile == "TokenV2")
        #expect(compile.pragmas == [">=0.8.0 <0.9.0", "^0.8.20"])
        let units = ["contracts/Tokens.sol", "contracts/lib/Owned.sol"].map {
            CompileAction.Unit(path: $0, digest: Digest(of: Data($0.utf8)))
        }
        #expect(compile.source == .files(entry: "contracts/Tokens.sol", closure: units))
        #expect(plan.steps.map(\.pool) == ["cpu", "cpu"])
    }

    @Test func aTemplateIsGeneratedFirst() throws {
        let spec = ContractSpec(
            name: try #require(ContractName("Coin")), location: Bench.at(2),
            origin: .template(
                Bench.options([
                    ("name", Bench.text("Coin")), ("symbol", Bench.text("CN")), ("premint", Bench.text("5")),
                ])))
        let planned = try Planner.plan(try Bench.manifest(contracts: [spec]), Snapshot())
        #expect(
            Bench.lines(planned.plan) == [
                "generate:Coin", "compile:Coin < generate:Coin", "audit:Coin < compile:Coin",
            ])
        let compile = try planned.plan.compile("Coin")
        #expect(compile.source == .generated(by: .generate(compile.contract)))
        #expect(compile.pragmas.isEmpty)
    }

    @Test func impliedChoicesAreNotesAndBadOptionsStopThePlan() throws {
        func contract(_ mintable: String) throws -> ContractSpec {
            ContractSpec(
                name: try #require(ContractName("Coin")), location: Bench.at(2),
                origin: .template(
                    Bench.options([
                        ("name", Bench.text("Coin")), ("symbol", Bench.text("CN")),
                        ("mintable", Bench.text(mintable, line: 12)),
                    ])))
        }
        let planned = try Planner.plan(try Bench.manifest(contracts: [contract("true")]), Snapshot())
        #expect(planned.notes.map(\.severity) == [.note])
        let problems = Bench.problems(try Bench.manifest(contracts: [contract("maybe")]))
        #expect(problems.map(\.location?.line) == [12])
    }

    @Test func aGlobSetHasEveryContractOfItsFiles() throws {
        let set = SetSpec(name: "wrappers", location: Bench.at(3), origin: .glob(Bench.located("w/*.sol")))
        var mixed = Bench.file("w/A.sol", declares: ["A", "B"])
        mixed.declarations.append(.init(kind: .interface, name: "I", line: 9))
        mixed.declarations.append(.init(kind: .abstractContract, name: "Base", line: 10))
        let snapshot = Bench.snapshot(
            [mixed, Bench.file("w/C.sol", declares: ["C"])], globs: ["wrappers": ["w/A.sol", "w/C.sol"]])
        let deployment = DeploymentSpec(
            name: "all", location: Bench.at(9), subject: .each(Bench.located("wrappers")),
            networks: [Bench.located("devnet")])
        let plan = try Planner.plan(
            try Bench.manifest(sets: [set], deployments: [deployment]), snapshot
        ).plan
        #expect(
            plan.steps.map(\.id.rawValue) == [
                "compile:wrappers/A", "audit:wrappers/A", "compile:wrappers/B", "audit:wrappers/B",
                "compile:wrappers/C", "audit:wrappers/C", "deploy:all/A@devnet", "deploy:all/B@devnet",
                "deploy:all/C@devnet",
            ])
        #expect(try plan.compile("wrappers/B").contractInFile == "B")
        #expect(try plan.deploy("all/B").contract.rawValue == "wrappers/B")
    }

    static func drops(key: Interpolated) -> SetSpec {
        SetSpec(
            name: "drops", location: Bench.at(3),
            origin: .rows(
                path: Bench.located("drops.csv"), key: key,
                generate: Bench.options([
                    ("name", Interpolated([.reference(.row(column: "name"))], at: Bench.at(4))),
                    ("symbol", Bench.text("D")), ("premint", Bench.text("1")),
                ])))
    }

    static let byID = Interpolated([.reference(.row(column: "id"))], at: Bench.at(3, 20))

    @Test func aRowsSetHasOneContractARow() throws {
        let table = Bench.table([["id": "1", "name": "One"], ["id": "2", "name": "Two"]])
        let plan = try Planner.plan(
            try Bench.manifest(sets: [Self.drops(key: Self.byID)]), Snapshot(rows: ["drops": table])
        ).plan
        #expect(
            plan.steps.map(\.id.rawValue) == [
                "generate:drops/1", "compile:drops/1", "audit:drops/1", "generate:drops/2", "compile:drops/2",
                "audit:drops/2",
            ])
        guard case .generate(let action) = plan.steps[3].work else { throw Missing(name: "drops/2") }
        #expect(action.options.name == "Two")
    }

    @Test func whatIsWrongWithASetIsSaidAtItsPlaceAllAtOnce() throws {
        let table = Bench.table([
            ["id": "1", "name": "One"], ["id": "1", "name": "Again"], ["id": "a b", "name": "Bad"],
            ["id": "..", "name": "Dots"], ["id": "5", "name": ""],
        ])
        let set = SetSpec(name: "w", location: Bench.at(8), origin: .glob(Bench.located("w/*.sol")))
        let snapshot = Bench.snapshot(
            [Bench.file("w/A.sol", declares: ["A"]), Bench.file("w/B.sol", declares: ["A"])],
            globs: ["w": ["w/A.sol", "w/B.sol"]], rows: ["drops": table])
        let problems = Bench.problems(
            try Bench.manifest(sets: [Self.drops(key: Self.byID), set]), snapshot)
        #expect(
            problems.prefix(4).map(\.description) == [
                """
                a.yaml:8:3: error: set 'w' has two contracts 'A': in w/A.sol and in w/B.sol [duplicate-member]
                  hint: rename one, or name them apart under 'contracts'
                """,
                """
                drops.csv:3:1: error: the key '1' stands in two rows; the other is drops.csv:2:1 [duplicate-member]
                  hint: the key names the member: each row needs its own
                """,
                """
                drops.csv:4:1: error: 'a b' cannot name a member of a set [bad-member]
                  hint: use letters, digits, '_', '-' and '.', at most 100
                """,
                """
                drops.csv:5:1: error: '..' cannot name a member of a set [bad-member]
                  hint: use letters, digits, '_', '-' and '.', at most 100
                """,
            ])
        #expect(problems.dropFirst(4).map(\.location?.line) == [6])
    }

    @Test func anUnknownColumnIsNamedOnceForAllRows() throws {
        let key = Interpolated([.reference(.row(column: "nr"))], at: Bench.at(3, 20))
        let table = Bench.table([["id": "1", "name": "One"], ["id": "2", "name": "Two"]])
        let problems = Bench.problems(
            try Bench.manifest(sets: [Self.drops(key: key)]), Snapshot(rows: ["drops": table]))
        #expect(
            problems.map(\.description) == [
                """
                a.yaml:3:20: error: there is no column 'nr' [unknown-column]
                  hint: the file has id, name
                """
            ])
    }

    @Test func theSnapshotsErrorsStopThePlanAndItsWarningsAreNotes() throws {
        let error = Diagnostic.error("missing-file", "contracts/X.sol is not there", at: Bench.at(4))
        let warning = Diagnostic(.warning, "empty-glob", "nothing matches")
        let manifest = try Bench.manifest()
        #expect(Bench.problems(manifest, Snapshot(diagnostics: [warning, error])) == [error])
        #expect(try Planner.plan(manifest, Snapshot(diagnostics: [warning])).notes == [warning])
    }

    @Test func referencesBetweenDeploymentsThatFormACycleAreNamed() throws {
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A"), Bench.contract("B")],
            deployments: [
                Bench.deployment("a", of: "A", arguments: [Bench.address(of: "b")]),
                Bench.deployment(
                    "b", of: "B", calls: [Bench.call("go", arguments: [Bench.address(of: "a")])]),
            ])
        #expect(
            try Planner.plan(manifest, Bench.snapshot([])).plan.steps.suffix(3).map(\.id.rawValue) == [
                "deploy:b@devnet", "deploy:a@devnet", "call:b@devnet/go",
            ], "a call that needs the other is no cycle")
        let cyclic = try Bench.manifest(
            contracts: [Bench.contract("A"), Bench.contract("B")],
            deployments: [
                Bench.deployment("a", of: "A", arguments: [Bench.address(of: "b")]),
                Bench.deployment("b", of: "B", arguments: [Bench.address(of: "a")]),
            ])
        #expect(
            Bench.problems(cyclic).map(\.description) == [
                """
                error: steps need each other: deploy:a@devnet → deploy:b@devnet → deploy:a@devnet [cycle]
                  hint: take one of these references out
                """
            ])
    }

    @Test func aDeploymentGivenTwiceOnANetworkIsTold() throws {
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")],
            deployments: [Bench.deployment("a", of: "A", on: ["devnet", "devnet"])])
        #expect(Bench.problems(manifest).map(\.code) == ["duplicate-step"])
    }

    @Test func valuesOfTheNetworkAreFilledInAndLostOnesNamed() throws {
        let values = [
            "owner": Interpolated([.reference(.signerAddress(name: "dao"))], at: Bench.at(6)),
            "label": Interpolated([.text("on "), .reference(.networkName)], at: Bench.at(6)),
        ]
        let arguments = [
            Bench.reference(.networkValue(key: "label")), Bench.reference(.networkChainID),
            Bench.reference(.networkValue(key: "owner")),
        ]
        let networks = [try Bench.live("sepolia", values: values), try Bench.live("hoodi", chainID: 560_048)]
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")], networks: networks,
            deployments: [Bench.deployment("a", of: "A", on: ["sepolia"], arguments: arguments)])
        let plan = try Planner.plan(manifest, Snapshot(), PlanRequest(allNetworks: true)).plan
        let action = try plan.deploy("a", on: "sepolia")
        guard case .positional(let filled) = action.arguments else { throw Missing(name: "arguments") }
        #expect(filled[0] == .text(Interpolated([.text("on "), .text("sepolia")], at: Bench.at(1))))
        #expect(filled[1] == .text(Bench.text("11155111")))
        #expect(filled[2].references == [.signerAddress(name: "dao")])
        #expect(action.signersRead.map(\.name) == ["dao"])

        let unless = CallSpec.Unless(
            read: Bench.located("owner()"), equals: Bench.reference(.networkValue(key: "owner"), line: 30))
        let lost = try Bench.manifest(
            contracts: [Bench.contract("A")], networks: networks,
            deployments: [
                Bench.deployment("a", of: "A", on: ["hoodi"], calls: [Bench.call("own", unless: unless)]),
                Bench.deployment(
                    "b", of: "A", on: ["sepolia"],
                    arguments: [Bench.reference(.networkValue(key: "ownr"), line: 40)]),
            ])
        #expect(
            Bench.problems(lost).map(\.description) == [
                """
                a.yaml:30:3: error: network 'hoodi' has no value 'owner' [unknown-value]
                  hint: add it under the network's 'values'
                """,
                """
                a.yaml:40:3: error: network 'sepolia' has no value 'ownr' [unknown-value]
                  hint: it has label, owner
                """,
            ])
    }

    @Test func valuesMayNameValuesButNotThemselves() throws {
        func value(_ key: String) -> Interpolated {
            Interpolated([.reference(.networkValue(key: key))], at: Bench.at(6))
        }
        let values = [
            "a": value("b"), "b": value("c"), "c": value("d"), "d": Bench.text("deep"), "x": value("x"),
        ]
        func manifest(_ key: String) throws -> Manifest {
            try Bench.manifest(
                contracts: [Bench.contract("A")], networks: [Bench.live("sepolia", values: values)],
                deployments: [
                    Bench.deployment(
                        "a", of: "A", on: ["sepolia"], arguments: [Bench.reference(.networkValue(key: key))])
                ])
        }
        let plan = try Planner.plan(try manifest("a"), Snapshot(), PlanRequest(allNetworks: true)).plan
        #expect(try plan.deploy("a", on: "sepolia").arguments == .positional([.text(Bench.text("deep"))]))
        #expect(
            Bench.problems(try manifest("x")).map(\.description) == [
                """
                a.yaml:1:3: error: value 'x' of network 'sepolia' leads back to itself [cyclic-value]
                  hint: write out what it should be
                """
            ])
    }

    @Test func tenThousandContractsArePlanned() throws {
        let count = 10_000
        let rows = Bench.table((0..<count).map { ["id": "\($0)", "name": "N\($0)"] })
        let deployment = DeploymentSpec(
            name: "all", location: Bench.at(9), subject: .each(Bench.located("drops")),
            networks: [Bench.located("devnet")])
        let plan = try Planner.plan(
            try Bench.manifest(sets: [Self.drops(key: Self.byID)], deployments: [deployment]),
            Snapshot(rows: ["drops": rows])
        ).plan
        #expect(plan.steps.count == 4 * count)
        let kinds = Dictionary(grouping: plan.steps, by: \.id.kind).mapValues(\.count)
        #expect(kinds == [.generate: count, .compile: count, .audit: count, .deploy: count])
        let first = try #require(plan.steps.first { $0.id.kind == .deploy })
        #expect(first.after.count + first.needs.count == 2 * count)
        guard case .deploy(let action) = first.work else { throw Missing(name: "deploy") }
        #expect(action.laneMates.count == count)
    }
}
