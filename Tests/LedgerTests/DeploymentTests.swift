import EthereumTypes
import Foundation
import Model
import Testing

@testable import Ledger

@Suite struct DeploymentTests {
    let bench: Bench
    let ledger: Ledger

    init() throws {
        bench = try Bench()
        ledger = try bench.begun()
    }

    @Test func aFinalDeploymentIsCurrentWithAllThatIsKnownOfIt() throws {
        let operation = try ledger.operation(intent(), at: .final)
        let row = try #require(try current(in: bench.afterKill()))
        #expect(row.status == .current)
        #expect(row.operation == operation.id)
        #expect(row.claim == claim())
        #expect(row.address == address(0x77))
        #expect(row.deployer == deployer)
        #expect(row.gasUsed == 1_204_331)
        #expect(row.feePaid == Wei(18_446_744_073_709_551_616))
        #expect(row.transactionHash == operation.attempts.first?.hash)
        #expect(row.blockNumber == 100)
        #expect(row.run == Bench.run)
    }

    @Test func aLaterDeploymentReplacesItAndBothAreKept() throws {
        _ = try ledger.operation(intent(), at: .final)
        let included = try ledger.operation(intent(), at: .included)
        let later = try ledger.markFinal(included.id, leaving: claim(code: "edited"))
        #expect(try current(in: ledger) == later)
        let all = try ledger.deployments(project: Bench.project, name: "token", network: "sepolia")
        #expect(all.map(\.status) == [.current, .replaced])
        #expect(all.first == later)
    }

    @Test func anotherChainOfTheSameNumberKnowsNothingOfIt() throws {
        let fresh = Keccak256.hash("a new devnet".utf8)
        _ = try ledger.operation(intent(), at: .final)
        #expect(try current(in: ledger, fresh) == nil)
        _ = try ledger.operation(intent(genesisHash: fresh), at: .final)
        #expect(try current(in: ledger) != nil)
        let all = try ledger.deployments(project: Bench.project, name: "token", network: "sepolia")
        #expect(all.map(\.genesisHash) == [fresh, genesis])
        #expect(try ledger.currentDeployments(project: Bench.project).count == 2)
        #expect(try ledger.currentDeployments(project: "other").isEmpty)
    }

    @Test func aFailureBeforeAnyTransactionIsKept() throws {
        try ledger.recordFailure(
            of: claim(), run: Bench.run, project: Bench.project, network: "sepolia", chainID: sepolia,
            genesisHash: nil, error: "the constructor reverts")
        let all = try ledger.deployments(project: Bench.project, name: "token", network: "sepolia")
        #expect(all.map(\.error) == ["the constructor reverts"])
        #expect(try current(in: ledger) == nil)
        #expect(throws: LedgerError.unknownRun("nowhere")) {
            try ledger.recordFailure(
                of: claim(), run: "nowhere", project: Bench.project, network: "sepolia", chainID: sepolia,
                genesisHash: nil, error: "no")
        }
    }

    @Test func aCallIsMadeOnceForEachAddressAndData() throws {
        let call = intent(kind: .call)
        #expect(try made(call, to: address(0x77)) == nil)
        let operation = try ledger.operation(call, at: .final)
        let row = try #require(try made(call, to: address(0x77)))
        #expect(row.operation == operation.id)
        #expect(row.claim.function == "setFee(uint256)")
        #expect(row.feePaid == Wei(18_446_744_073_709_551_616))
        #expect(try made(call, to: address(0x78)) == nil)
        #expect(try made(intent("other", kind: .call), to: address(0x77)) == nil)
    }

    @Test func aDeploymentIsNotRecordedAsACallNorTheOtherWay() throws {
        let deployment = try ledger.operation(intent(), at: .included)
        let call = try ledger.operation(intent(kind: .call), at: .included)
        let claimed = CallClaim(
            name: "setFee", deployment: "token", address: address(0x77), function: "setFee(uint256)")
        #expect(throws: LedgerError.self) { try ledger.markFinal(deployment.id, leaving: claimed) }
        #expect(throws: LedgerError.self) { try ledger.markFinal(call.id, leaving: claim()) }
    }

    private func current(in ledger: Ledger, _ genesisHash: Hash = genesis) throws -> DeploymentRow? {
        try ledger.deployment(
            project: Bench.project, name: "token", network: "sepolia", chainID: sepolia,
            genesisHash: genesisHash)
    }

    private func made(_ call: ChainOperation.Intent, to address: Address) throws -> CallRow? {
        try ledger.callsMade(
            name: "setFee", chainID: sepolia, genesisHash: genesis, address: address,
            callDataHash: call.payloadHash
        ).first
    }
}
