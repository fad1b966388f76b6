import EthereumTypes
import Foundation
import GRDB
import Model
import Testing

@testable import Ledger

/// Where operations were to create contracts, and how it is said that one went to nothing.
@Suite struct CreationTests {
    let bench: Bench
    let ledger: Ledger

    init() throws {
        bench = try Bench()
        ledger = try bench.begun()
    }

    func unsettled() throws -> [UnsettledCreation] {
        try ledger.unsettledCreations(chainID: sepolia, genesisHash: genesis)
    }

    /// Takes what creates a contract at an address as far as a state.
    func creation(
        _ intent: ChainOperation.Intent,
        at place: Address,
        _ state: ChainOperation.State,
        succeeded: Bool = true
    ) throws -> ChainOperation {
        let id = try ledger.plan(intent).id
        _ = try ledger.reserveNonce(id, latest: 0, pending: 0)
        let hash = Keccak256.hash("creation \(id)".utf8)
        _ = try ledger.recordSigned(id, rawTransaction: [2], hash: hash, predictedAddress: place)
        if state == .blocked { return try ledger.markBlocked(id, reason: "a doubt") }
        if state == .foreign { return try ledger.markForeign(id, usedBy: genesis) }
        guard state != .signed else { return try ledger.operation(id) }
        _ = try ledger.markSent(id)
        guard state != .sent else { return try ledger.operation(id) }
        var inclusion = inclusion(hash, succeeded: succeeded)
        inclusion.address = place
        _ = try ledger.markIncluded(id, inclusion)
        if state == .reverted { return try ledger.markReverted(id, error: "out of gas") }
        if state == .final { _ = try ledger.markFinal(id, leaving: claim(intent.step.rawValue)) }
        return try ledger.operation(id)
    }

    func salted(_ name: String, at place: Address) -> ChainOperation.Intent {
        var wanted = intent(name)
        wanted.creates = place
        return wanted
    }

    @Test(arguments: ChainOperation.State.allCases)
    func aCreationIsUnsettledWhileItMayNotCome(_ state: ChainOperation.State) throws {
        let isAsked: [ChainOperation.State] = [.signed, .sent, .included, .blocked, .foreign, .reverted]
        let operation =
            isAsked.contains(state)
            ? try creation(intent(), at: address(1), state, succeeded: state != .reverted)
            : try ledger.operation(intent(), at: state)
        #expect(operation.state == state)
        let expected = UnsettledCreation(
            operation: operation.id, project: Bench.project, step: .deploy("token", on: "sepolia"),
            address: address(1), sender: deployer, state: state, failed: state == .reverted, isSalted: false)
        #expect(try unsettled() == (isAsked.contains(state) ? [expected] : []))
    }

    @Test func oneThatABlockHasAsFailedSaysSo() throws {
        _ = try creation(intent("a"), at: address(1), .included, succeeded: false)
        _ = try creation(intent("b"), at: address(2), .included)
        #expect(try unsettled().map(\.failed) == [true, false])
    }

    @Test func callsAndOtherChainsAreLeftOut() throws {
        _ = try ledger.operation(intent("a", kind: .call), at: .included)
        _ = try creation(intent("b", chainID: chain(137)), at: address(1), .sent)
        _ = try creation(intent("c", genesisHash: Keccak256.hash("new".utf8)), at: address(2), .sent)
        #expect(try unsettled() == [])
    }

    @Test func whoeverSignsIsAskedAbout() throws {
        _ = try creation(intent("a"), at: address(1), .sent)
        _ = try creation(intent("b", sender: address(0x22)), at: address(2), .sent)
        #expect(try unsettled().map(\.sender) == [deployer, address(0x22)])
    }

    /// What takes the place of the creation under its nonce creates nothing, and the address is still the one that others have.
    @Test func theFirstAttemptSaysWhere() throws {
        let operation = try creation(intent(), at: address(1), .sent)
        _ = try ledger.recordSigned(
            operation.id, rawTransaction: [3], hash: Keccak256.hash("void".utf8), predictedAddress: nil)
        #expect(try unsettled().map(\.address) == [address(1)])
        #expect(try unsettled().map(\.state) == [.signed])
    }

    @Test func ofSeveralForOneAddressTheLastCounts() throws {
        let place = address(1)
        _ = try creation(salted("a", at: place), at: place, .foreign)
        #expect(try unsettled().map(\.state) == [.foreign])
        let second = try creation(salted("b", at: place), at: place, .sent)
        #expect(try unsettled().map(\.operation) == [second.id])
        #expect(try unsettled().map(\.isSalted) == [true])
    }

    @Test func whatASaltMadeSinceIsThere() throws {
        let place = address(1)
        _ = try creation(salted("a", at: place), at: place, .reverted, succeeded: false)
        _ = try creation(salted("b", at: address(2)), at: address(2), .final)
        #expect(try unsettled().map(\.address) == [place])
        _ = try creation(salted("c", at: place), at: place, .final)
        #expect(try unsettled() == [])
        // What is lost after that is lost.
        let last = try creation(salted("d", at: place), at: place, .foreign)
        #expect(try unsettled().map(\.operation) == [last.id])
    }

    /// The same account may have used the nonce for it in a run that this ledger knows nothing of.
    @Test func whatARegistrySaysIsThereIsNotLost() throws {
        _ = try creation(intent("a"), at: address(1), .foreign)
        _ = try creation(intent("b"), at: address(2), .foreign)
        let entry = RegistryEntry(
            project: Bench.project, name: "other", contract: "Token", chainID: sepolia,
            genesisHash: genesis, address: address(1), initCodeDigest: Digest(of: Data("init".utf8)),
            runtimeCodeDigest: Digest(of: Data("runtime".utf8)), constructorArguments: [], run: "run-0")
        _ = try ledger.adopt(entry, network: "sepolia", run: Bench.run)
        #expect(try unsettled().map(\.address) == [address(2)])
    }

    @Test func itIsAskedWithoutAScan() throws {
        let plan = try ledger.read { database in
            try Row.fetchAll(
                database, sql: "EXPLAIN QUERY PLAN \(Ledger.unsettledCreations)",
                arguments: [1, genesis.description]
            ).map { $0["detail"] as String }
        }
        #expect(plan.count > 3)
        #expect(plan.filter { $0.hasPrefix("SCAN") } == [])
    }

    // MARK: Went to nothing

    @Test func aCallThatWentToNothingEndsAsFailedAndItsCostStaysSpent() throws {
        var wanted = intent(kind: .call)
        wanted.value = Wei(5_000_000_000)
        let call = try ledger.operation(wanted, at: .included)
        let cost = try #require(call.inclusion).cost(of: wanted)
        let stranded = try ledger.markStranded(call.id, error: "nothing was there")
        #expect(stranded.state == .reverted)
        #expect(stranded.error == "nothing was there")
        #expect(stranded.inclusion?.succeeded == false)
        #expect(stranded.inclusion?.transactionHash == call.inclusion?.transactionHash)
        #expect(try bench.afterKill().operation(call.id) == stranded)
        // Not as made, though its step may be planned again.
        let made = try ledger.callsMade(
            name: "setFee", chainID: sepolia, genesisHash: genesis, address: address(0x77),
            callDataHash: wanted.payloadHash)
        #expect(made == [])
        let next = try ledger.plan(wanted)
        #expect(next.id != call.id)
        let over = #expect(throws: LedgerError.self) {
            try ledger.reserveNonce(
                next.id, latest: 0, pending: 0, within: SpendLimits(run: cost))
        }
        guard case .overBudget(let refusal) = over else {
            Issue.record("expected a budget, got \(String(describing: over))")
            return
        }
        // Budgets count whole gwei.
        #expect(refusal.spent >= cost && refusal.spent < cost + Wei(1_000_000_000))
    }

    @Test func onlyACallThatABlockHasAsASuccessWentToNothing() throws {
        let creation = try ledger.operation(intent("a"), at: .included)
        #expect(throws: LedgerError.contradiction(creation.id, detail: "it is a deploy")) {
            try ledger.markStranded(creation.id, error: "")
        }
        for (number, state) in [ChainOperation.State.signed, .sent, .final, .reverted, .foreign].enumerated()
        {
            let call = try ledger.operation(intent("b\(number)", kind: .call), at: state)
            #expect(throws: LedgerError.notAllowed(call.id, from: state, to: .final)) {
                try ledger.markStranded(call.id, error: "")
            }
            #expect(try ledger.operation(call.id) == call)
        }
        let failed = try ledger.operation(intent("c", kind: .call), at: .sent)
        let hash = try #require(failed.attempts.first).hash
        _ = try ledger.markIncluded(failed.id, inclusion(hash, succeeded: false))
        #expect(throws: LedgerError.notAllowed(failed.id, from: .included, to: .final)) {
            try ledger.markStranded(failed.id, error: "")
        }
    }
}
