import EthereumTypes
import Foundation
import Model
import Testing

@testable import Ledger

@Suite struct ProposalTests {
    let bench: Bench
    let ledger: Ledger
    let step = StepID.deploy("token", on: "sepolia")

    init() throws {
        bench = try Bench()
        ledger = try bench.begun()
    }

    func intent(_ payload: String = "code", step: StepID? = nil) -> Proposal.Intent {
        Proposal.Intent(
            run: Bench.run, project: Bench.project, step: step ?? self.step, network: "sepolia",
            lane: ChainOperation.Lane(chainID: sepolia, genesisHash: genesis, sender: deployer), to: nil,
            value: Wei(7), payloadHash: Keccak256.hash(payload.utf8))
    }

    func open() throws -> Proposal? {
        try ledger.openProposal(
            of: step, project: Bench.project, chainID: sepolia, genesisHash: genesis)
    }

    var entry: RegistryEntry {
        RegistryEntry(
            project: Bench.project, name: "token", contract: "Token", chainID: sepolia, genesisHash: genesis,
            address: address(0x55), transactionHash: Keccak256.hash("sent".utf8), block: 90,
            deployer: deployer, initCodeDigest: Digest(of: Data("init".utf8)),
            runtimeCodeDigest: Digest(of: Data("runtime".utf8)), constructorArguments: [], run: Bench.run)
    }

    @Test func oneIsOpenForAStepAndTheNextTakesItsPlace() throws {
        let first = try ledger.propose(intent(), nonce: 3, counted: 2)
        #expect(try open() == first)
        #expect(first.intent == intent() && first.nonce == 3 && first.counted == 2 && first.state == .open)
        let other = try ledger.propose(
            intent(step: .deploy("vault", on: "sepolia")), nonce: 4, counted: 2)
        let second = try ledger.propose(intent("other code"), nonce: 3, counted: 2)
        #expect(try open() == second)
        #expect(try ledger.openProposals(in: first.intent.lane) == [second, other])
        #expect(try ledger.proposals(supersededBy: second).map(\.id) == [first.id])
        // People had the first one in their hands: with it the second can no longer be sent.
        try ledger.markExecuted(
            first, by: Keccak256.hash("sent".utf8), leaving: .deployment(entry, gasUsed: nil), run: Bench.run)
        #expect(try open() == nil)
        #expect(try ledger.proposals(supersededBy: second) == [])
        #expect(try ledger.openProposals(in: first.intent.lane) == [other])
        #expect(try ledger.registryHistory(project: Bench.project, network: "sepolia") == [entry])
        try ledger.check()
    }

    @Test func whatTookAnothersPlaceUnderALaterNonceIsLookedUpWithItAndEndsWithIt() throws {
        let first = try ledger.propose(intent(), nonce: 3, counted: 2)
        let second = try ledger.propose(intent(), nonce: 4, counted: 3)
        #expect(try ledger.proposals(supersededBy: second).map(\.id) == [first.id])
        #expect(try ledger.unendedProposals(in: first.intent.lane).map(\.id) == [first.id, second.id])
        try ledger.withdraw(second, reason: "both nonces are used")
        #expect(try ledger.unendedProposals(in: first.intent.lane) == [])
        let third = try ledger.propose(intent(), nonce: 5, counted: 4)
        let fourth = try ledger.propose(intent(), nonce: 6, counted: 5)
        #expect(try ledger.proposals(supersededBy: fourth).map(\.id) == [third.id])
        try ledger.markExecuted(
            third, by: Keccak256.hash("sent".utf8), leaving: .deployment(entry, gasUsed: nil), run: Bench.run)
        #expect(try ledger.unendedProposals(in: first.intent.lane) == [])
        let all = try ledger.proposals(in: first.intent.lane)
        #expect(all.map(\.id) == [first, second, third, fourth].map(\.id))
        #expect(all.map(\.state) == [.withdrawn, .withdrawn, .executed, .withdrawn])
        try ledger.check()
    }

    @Test func whatWasSentLeavesItsClaimOnceAndForAll() throws {
        let proposal = try ledger.propose(intent(), nonce: 3, counted: 3)
        let hash = Keccak256.hash("sent".utf8)
        for _ in 0..<2 {
            try ledger.markExecuted(
                proposal, by: hash, leaving: .deployment(entry, gasUsed: 21_000), run: Bench.run)
        }
        #expect(try open() == nil)
        let rows = try ledger.registryHistory(project: Bench.project, network: "sepolia")
        #expect(rows == [entry])
        // An end stands: whoever comes late with another changes nothing.
        try ledger.withdraw(proposal, reason: "late")
        #expect(try open() == nil)

        let call = RegistryCall(
            name: "setFee", function: "setFee(uint256)", callDataHash: Keccak256.hash("data".utf8),
            transactionHash: Keccak256.hash("called".utf8), block: 91, run: Bench.run)
        let asked = try ledger.propose(
            intent("data", step: .call("setFee", of: "token", on: "sepolia")), nonce: 4, counted: 4)
        try ledger.markExecuted(
            asked, by: call.transactionHash, leaving: .call(call, to: entry), run: Bench.run)
        let history = try ledger.registryHistory(project: Bench.project, network: "sepolia")
        #expect(history.first?.calls == [call])
        try ledger.check()
    }

    @Test func anUpgradeThatPeopleMadeIsOnRecordWithTheEndOfWhatWasProposed() throws {
        let layout = ProxyTests.layout
        var wanted = intent("upgrade", step: .proxy("token", on: "sepolia"))
        wanted.storageLayout = layout
        let asked = { try ledger.propose(wanted, nonce: 3, counted: 2) }
        func claim(_ byte: UInt8) -> UpgradeClaim {
            UpgradeClaim(
                name: "token", contract: "TokenV\(byte)",
                proxy: ProxyState(kind: .uups, implementation: address(byte), block: 91),
                storageLayout: layout)
        }
        let first = try asked()
        #expect(first.intent.storageLayout == layout)
        // Without anything that could be upgraded only its end is noted.
        try ledger.markExecuted(
            first, by: Keccak256.hash("sent".utf8), leaving: .upgrade(claim(1)), run: Bench.run)
        let history = { try ledger.registryHistory(project: Bench.project, network: "sepolia") }
        #expect(try history() == [])
        _ = try ledger.adopt(entry, network: "sepolia", run: Bench.run)
        let second = try asked()
        for _ in 0..<2 {
            try ledger.markExecuted(
                second, by: Keccak256.hash("sent".utf8), leaving: .upgrade(claim(2)), run: Bench.run)
        }
        // Who did it is not known; the proxy says that it was done.
        try ledger.markUpgraded(try asked(), leaving: claim(3), run: Bench.run)
        #expect(try ledger.openProposals(in: wanted.lane) == [])
        #expect(try history().map(\.proxy?.implementation) == [address(3), address(2), nil])
        #expect(try history().map(\.status) == [.current, .replaced, .replaced])
        #expect(try history().first?.contract == "TokenV3" && history().first?.storageLayout == layout)
        try ledger.check()
    }

    @Test func whatPeopleWereAskedForGoesByTheNameOfNow() throws {
        let (old, new) = (StepID.deploy("token", on: "sepolia"), StepID.deploy("coin", on: "sepolia"))
        let first = try ledger.propose(intent("first"), nonce: 4, counted: 3)
        let second = try ledger.propose(intent("second"), nonce: 4, counted: 4)
        let other = try ledger.propose(
            intent("data", step: .call("setFee", of: "token", on: "sepolia")), nonce: 5, counted: 4)
        for _ in 0..<2 { try ledger.renameProposals([old: new], project: Bench.project, run: Bench.run) }
        func open(_ step: StepID) throws -> Proposal? {
            try ledger.openProposal(
                of: step, project: Bench.project, chainID: sepolia, genesisHash: genesis)
        }
        #expect(try open(old) == nil)
        let renamed = try #require(try open(new))
        #expect(renamed.intent.payloadHash == second.intent.payloadHash && renamed.nonce == 4)
        #expect(renamed.counted == 4 && renamed.createdAt == second.createdAt)
        let before = try ledger.proposals(supersededBy: renamed)
        #expect(
            before.map(\.intent.payloadHash) == [first.intent.payloadHash] && before.map(\.counted) == [3])
        #expect(try ledger.openProposals(in: intent().lane).map(\.id) == [renamed.id, other.id])

        try ledger.renameProposals([new: old], project: "another", run: Bench.run)
        #expect(try open(new)?.id == renamed.id)

        // Open under both names: which of them it is, is for a person to say.
        let third = try ledger.propose(intent("third"), nonce: 6, counted: 4)
        try ledger.renameProposals([old: new], project: Bench.project, run: Bench.run)
        #expect(try open(new)?.id == renamed.id && open(old)?.id == third.id)
        // What has moved is no longer of the step that it was asked for by.
        let lane = try ledger.proposals(in: intent().lane)
        #expect(lane.map(\.intent.step) == [other.intent.step, new, new, old])
        try ledger.check()
    }

    @Test func whatAnotherStepAsksForIsTakenUpWithWhatItTookThePlaceOf() throws {
        let new = StepID.deploy("coin", on: "goerli")
        _ = try ledger.propose(intent("first"), nonce: 4, counted: 3)
        let open = try ledger.propose(intent("second"), nonce: 4, counted: 4)
        func asked(_ payload: String) throws -> [Proposal] {
            try ledger.proposals(
                to: nil, payloadHash: Keccak256.hash(payload.utf8), value: Wei(7), project: Bench.project,
                on: sepolia, genesisHash: genesis)
        }
        let first = try #require(try asked("first").first)
        try ledger.takeUp(first, as: new, on: "goerli", run: Bench.run)
        let taken = try #require(
            try ledger.openProposal(
                of: new, project: Bench.project, chainID: sepolia, genesisHash: genesis))
        #expect(taken.intent.payloadHash == first.intent.payloadHash && taken.intent.network == "goerli")
        let before = try ledger.proposals(supersededBy: taken)
        #expect(before.map(\.intent.payloadHash) == [open.intent.payloadHash])
        #expect(
            try ledger.openProposal(
                of: step, project: Bench.project, chainID: sepolia, genesisHash: genesis) == nil)

        // Another process may have seen meanwhile that it was done.
        let done = try ledger.propose(intent("done"), nonce: 6, counted: 4)
        try ledger.markExecuted(
            done, by: Keccak256.hash("sent".utf8), leaving: .deployment(entry, gasUsed: nil), run: Bench.run)
        try ledger.takeUp(done, as: .deploy("other", on: "goerli"), on: "goerli", run: Bench.run)
        #expect(try ledger.openProposals(in: intent().lane) == [taken])

        // What was taken back since nothing needed it can be asked for again, anything else that ended cannot.
        try ledger.withdraw(taken, reason: Proposal.notNeeded)
        #expect(try asked("first").map(\.state) == [.withdrawn])
        let again = try ledger.propose(intent("third"), nonce: 5, counted: 4)
        try ledger.withdraw(again, reason: "another transaction has its nonce")
        #expect(try asked("third") == [])
        try ledger.check()
    }

    @Test func whoHasABatchIsKeptWithTheRunThatSawItFirst() throws {
        var handover = Handover(
            lane: intent().lane, batchHash: Keccak256.hash("batch".utf8), service: "the service",
            proposer: deployer)
        #expect(try ledger.handedOver(handover) == nil)
        for _ in 0..<2 { try ledger.recordHandover(handover, run: Bench.run) }
        #expect(try ledger.handedOver(handover) == Bench.run)
        handover.batchHash = Keccak256.hash("another".utf8)
        #expect(try ledger.handedOver(handover) == nil)
        #expect(throws: LedgerError.self) { try ledger.recordHandover(handover, run: "unknown") }
        try ledger.check()
    }

    @Test func anAccountThatWasAskedIsKnown() throws {
        let lane = intent().lane
        #expect(try !ledger.knowsAny(of: lane))
        let proposal = try ledger.propose(intent(), nonce: 0, counted: 0)
        try ledger.withdraw(proposal, reason: "not wanted")
        #expect(try open() == nil)
        #expect(try ledger.knowsAny(of: lane))
        #expect(throws: LedgerError.unknownRun("none")) {
            var stray = intent()
            stray.run = "none"
            _ = try ledger.propose(stray, nonce: 0, counted: 0)
        }
    }
}
