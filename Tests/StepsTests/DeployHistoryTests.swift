import Engine
import Ethereum
import EthereumTypes
import Foundation
import Model
import Testing

@testable import Ledger
@testable import Steps

/// What a machine does that has neither the state nor a registry: nothing is done again that may have been done.
@Suite struct DeployHistoryTests {
    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
        bench.node.change {
            $0.genesisCode[Create2Factory.deterministicProxy.address] = Create2Factory.proxyCode
        }
    }

    /// A contract that its salt leads to, and a call to it.
    private func called(
        on network: NetworkSpec,
        fee: String = "25",
        unless: CallSpec.Unless? = nil,
        signer: SignerSpec = DeployBench.ci
    ) throws -> [FakeEffect] {
        [
            try bench.deploy("token", .withFee, network: network, creation: DeploySaltTests.salt()),
            try bench.call(
                arguments: .positional([DeployBench.text(fee)]), unless: unless, network: network,
                signer: signer),
        ]
    }

    private var warnings: [String] { bench.said.filter { $0.contains("unknown-history") } }

    @Test func withoutStateAndRegistryAPlanIsNotAppliedWhereTheSenderHasAHistory() async throws {
        let network = DeployBench.approving
        let token = try bench.deploy(network: network)
        let first = try await bench.plan(token)
        #expect(try await bench.run([token], applying: first).deployment().action == .created)
        let sends = bench.node.sends
        // A plan of the lost machine, and the one of before it was lost.
        bench.loseState()
        let seen = try #require(try await bench.forecast([token]).first)
        #expect(seen.action == .blocked)
        #expect(seen.reason.contains("token@sepolia may be there already"))
        for plan in [try await bench.plan(token), first] {
            for _ in 0..<2 {
                let failure = try #require(try await bench.run([token], applying: plan).failures.first)
                #expect(failure.kind == .blocked)
                #expect(failure.code == "is-there")
            }
        }
        #expect(bench.node.sends == sends, "nothing is sent")
    }

    @Test func whatSomebodyElseSentSinceThePlanWasMadeDoesNotBlockIt() async throws {
        let token = try bench.deploy(network: DeployBench.approving)
        let plan = try await bench.plan(token)
        _ = try await bench.run(bench.deploy("other", FakeArtifact(name: "Other", runtime: [0xfe])))
        bench.loseState()
        #expect(try await bench.run([token], applying: plan).deployment().action == .created)
    }

    @Test func aSenderWithAnUnknownHistoryIsWarnedOf() async throws {
        _ = try await bench.run(bench.deploy())
        #expect(bench.said.filter { $0.contains("unknown-history") } == [])
        bench.loseState()
        let fact = try await bench.run(bench.deploy(), bench.deploy("other")).deployment()
        #expect(fact.action == .created)
        let warnings = bench.said.filter { $0.contains("unknown-history") }
        #expect(warnings.count == 1, "the first is known when the second is looked at")
        let address = Address.created(by: bench.key.address, nonce: 0)
        for (warning, name) in zip(warnings, ["token"]) {
            #expect(warning.contains("the code of Token is on 'sepolia' at \(address), created by"))
            #expect(warning.contains("hyperkit deployments adopt \(name)@sepolia \(address)"))
        }
    }

    // MARK: Calls

    @Test func aCallToWhatWasTakenOverIsNotMadeAgainByAPlan() async throws {
        let effects = try called(on: DeployBench.approving)
        let first = try await bench.plan(effects[0], effects[1])
        #expect(try await bench.run(effects, applying: first).call().isMade)
        let sends = bench.node.sends
        bench.loseState()
        let other = try bench.deploy(
            "other", .withFee, network: DeployBench.approving, creation: DeploySaltTests.salt("another"))
        let all = effects + [other]
        let seen = try await bench.forecast(all)
        #expect(seen.map(\.action) == [.keep, .create])
        let call = try #require(seen[0].calls.first)
        #expect(call.obstacle == nil, "what the account sent last is looked at when it is applied")
        // That it was made as the first plan said is on no record any more.
        let refused = try await bench.run(effects, applying: first)
        #expect(refused.failure(effects[0].step)?.code == "not-as-planned")
        #expect(refused.failures.count == 2)
        let run = try await bench.run(all, applying: DeployBench.approved(seen))
        #expect(try run.deployment().action == .kept)
        #expect(run.failures == [])
        #expect(try run.call().isMade)
        #expect(bench.node.sends == sends + 1, "but for the other contract nothing is sent")
        let again = try await bench.run(all, applying: DeployBench.approved(try await bench.forecast(all)))
        #expect(try again.call().isMade == false)
    }

    @Test func onOtherNetworksTheCallIsFoundTooBehindAWarning() async throws {
        let effects = try called(on: DeployBench.sepolia)
        _ = try await bench.run(effects)
        let sends = bench.node.sends
        #expect(warnings == [])
        bench.loseState()
        let run = try await bench.run(effects)
        #expect(try run.deployment().action == .kept && run.call().isMade)
        #expect(bench.node.sends == sends)
        #expect(warnings.count == 1)
        #expect(
            warnings.first?.contains("call:token@sepolia/setFee is made again where it was made before")
                == true)
        #expect(try await bench.run(effects).call().reason.hasPrefix("made in run"))
        #expect(warnings.count == 1)
    }

    @Test func whatTheChainTellsOfIsNotInDoubt() async throws {
        func wanting(_ fee: String) throws -> [FakeEffect] {
            try called(
                on: DeployBench.approving, fee: fee,
                unless: .init(
                    read: Located("fee()", at: DeployBench.here), equals: DeployBench.text(fee)))
        }
        for (fee, words, isMade) in [
            ("25", "fee() is 0", true), ("25", "fee() is 25 already", false), ("30", "fee() is 25", true),
        ] {
            let effects = try wanting(fee)
            let run = try await bench.run(effects, applying: try await bench.plan(effects[0], effects[1]))
            #expect(try run.call().reason == words && run.call().isMade == isMade)
            bench.loseState()
        }
    }

    @Test func anAddressAloneIsNotAskedAgain() async throws {
        let nobody = SignerSpec(
            name: "nobody", location: DeployBench.here, form: .address(bench.key.address))
        let effects = try called(on: DeployBench.approving)
        let there = try bench.deploy("other", .withFee, network: DeployBench.approving)
        let first = try await bench.plan(effects[0], effects[1], there)
        #expect(try await bench.run(effects + [there], applying: first).call().isMade)
        bench.loseState()
        let other = try bench.deploy("other", .withFee, network: DeployBench.approving, signer: nobody)
        let asking = try called(on: DeployBench.approving, signer: nobody) + [other]
        let seen = try await bench.forecast(asking)
        #expect(seen.map(\.action) == [.keep, .blocked])
        let run = try await bench.run(
            asking, applying: DeployBench.approved(seen))
        #expect(run.failures.map(\.code).sorted() == ["is-there", "unknown-history"])
        #expect(try run.deployment().action == .kept)
    }

    // MARK: What cannot be unknown

    @Test func anAccountWhoseFirstTransactionIsOnRecordHasNoUnknownHistory() async throws {
        let salted = try bench.deploy(
            "other", .withFee, network: DeployBench.approving, creation: DeploySaltTests.salt())
        let token = try bench.deploy(network: DeployBench.approving)
        let plan = try await bench.plan(salted, token)
        #expect(plan[token.step]?.action == .create)
        // The first is in a block when the second is looked at, and no address of the plan is that of nonce 0.
        #expect(try await bench.run([salted, token], applying: plan).deployment().action == .created)
    }

    /// The call is new to the manifest; what the account did before the first that is on record does not matter to it.
    @Test(arguments: [false, true])
    func aCallToWhatIsOnRecordSinceItsCreationIsMade(_ fromGit: Bool) async throws {
        _ = try await bench.run(bench.deploy("other", FakeArtifact(name: "Other", runtime: [0xfe])))
        bench.loseState()
        let effects = try called(on: DeployBench.approving)
        #expect(
            try await bench.run([effects[0]], applying: try await bench.plan(effects[0])).deployment().action
                == .created)
        if fromGit {
            bench.registry = RegistryFile(network: "sepolia").merging(
                try bench.ledger().registryHistory(project: "treasury", network: "sepolia"))
            bench.loseState()
        }
        let run = try await bench.run(effects, applying: try await bench.plan(effects[0], effects[1]))
        #expect(try run.deployment().action == .kept && run.call().isMade)
    }

    /// Which transaction created it is known, and not what was done to it since.
    @Test(arguments: [false, true])
    func aCallToWhatAPersonNamedIsLookedFor(_ isAdopted: Bool) async throws {
        let effects = [
            try bench.deploy("token", .withFee, network: DeployBench.approving),
            try bench.call(network: DeployBench.approving),
        ]
        let first = try await bench.plan(effects[0], effects[1])
        #expect(try await bench.run(effects, applying: first).call().isMade)
        let sends = bench.node.sends
        try register(["token"], isAdopted: isAdopted)
        let plan = DeployBench.approved(try await bench.forecast(effects))
        for _ in 0..<2 {
            let run = try await bench.run(effects, applying: plan)
            #expect(try run.deployment().action == .kept)
            #expect(run.failures == [])
        }
        #expect(bench.node.sends == sends, "it was made")
    }

    /// So many transactions are behind it that a run does not look at all of them.
    @Test(arguments: [false, true])
    func whatIsInTheRegistryIsKnownAndTheRestInDoubt(_ isInRegistry: Bool) async throws {
        let made = try await bench.run(bench.deploy("token", .withFee)).deployment()
        let other = try bench.deploy("other", .withFee, redeploy: .always)
        // The last is made as any is; those between were sent by other means where no registry has them.
        for nonce in 1...(isInRegistry ? 20 : LaneStrangers.most) {
            guard !isInRegistry else {
                _ = try await bench.run(other)
                continue
            }
            let signed = Transaction(
                form: .legacy(gasPrice: Wei(2_000_000_000), chainID: DeployBench.sepolia.chainID),
                nonce: nonce,
                gasLimit: 21_000, to: .zero, value: Wei(1), data: []
            ).signed(by: bench.key)
            bench.node.change { #expect($0.take(signed) == nil) }
        }
        #expect(try await bench.run(other, bench.call(of: "other")).call(of: "other").isMade)
        let sends = bench.node.sends
        try register(["token"] + (isInRegistry ? ["other"] : []), isAdopted: true)
        let effects = [
            try bench.deploy("token", .withFee, network: DeployBench.approving),
            try bench.call(network: DeployBench.approving),
        ]
        let seen = try await bench.forecast(effects)
        #expect(seen[0].calls.first?.obstacle?.code == (isInRegistry ? nil : "unknown-history"))
        let run = try await bench.run(effects, applying: DeployBench.approved(seen))
        #expect(run.failures.map(\.code) == (isInRegistry ? [] : ["unknown-history"]))
        #expect(bench.node.sends == sends + (isInRegistry ? 1 : 0))
        if !isInRegistry {
            #expect(run.failures[0].hint?.contains("is made by a run without 'approval'") == true)
            let bare = try await bench.run(
                bench.deploy("token", .withFee), bench.call())
            #expect(bare.failures == [])
            #expect(try bare.call().address == made.address && bare.call().isMade)
        }
    }

    /// The record of the call went missing in a merge; what the account did later is on record, and another key's is too.
    @Test func aLostCallAmongManyOnRecordIsFound() async throws {
        let token = [try bench.deploy("token", .withFee), try bench.call()]
        #expect(try await bench.run(token).call().isMade)
        let paid = bench.node.sends
        let later =
            try [bench.deploy("other", .withFee)]
            + (0..<260).map { number in
                try bench.call(
                    "c\(number)", of: "other", arguments: .positional([DeployBench.text("\(number)")]))
            }
        #expect(try await bench.run(later).failures.isEmpty)
        #expect(bench.node.sends == paid + 261)
        try register(["token", "other"], isAdopted: false)
        let again = try await bench.run(token)
        #expect(again.failures.isEmpty)
        #expect(try again.call().isMade)
        #expect(bench.node.sends == paid + 261, "it was made")
        #expect(bench.said.contains { $0.contains("found-done") })
    }

    /// Leaves a registry as another machine finds it, with some names, and without the calls to the token.
    private func register(_ names: [String], isAdopted: Bool) throws {
        let entries = try bench.ledger().registryHistory(project: "treasury", network: "sepolia")
            .filter { names.contains($0.name) }
            .map { entry in
                var entry = entry
                if entry.name == "token" {
                    entry.calls = []
                    entry.isAdopted = isAdopted
                }
                return entry
            }
        #expect(entries.allSatisfy { $0.transactionHash != nil })
        bench.registry = RegistryFile(network: "sepolia").merging(entries)
        bench.loseState()
    }

    @Test func anAccountThatDidNothingYetMadeNoCall() async throws {
        let effects = try called(on: DeployBench.approving)
        bench.node.change { $0.tamper(DeploySaltTests.address(.withFee), code: FakeArtifact.withFee.runtime) }
        let plan = try await bench.plan(effects[0], effects[1])
        #expect(plan[effects[0].step]?.action == .keep)
        let run = try await bench.run(effects, applying: plan)
        #expect(try run.deployment().action == .kept && run.call().isMade)
    }
}
