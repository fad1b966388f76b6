import Ethereum
import EthereumTypes
import Model
import Support
import Testing

@testable import Ledger
@testable import Steps

/// Which transactions of an account did what it was asked for.
@Suite struct KeyAttributionTests {
    private typealias Key = KeyAttribution.Key

    private let chain: ChainID
    private let account = Address.created(by: .zero, nonce: 1)
    private let target = Address.created(by: .zero, nonce: 2)

    init() throws { chain = try #require(ChainID(1)) }

    private func step(_ name: String) -> StepID { .call(name, of: "box", on: "n") }

    private func key(_ name: String) -> Key { Key("p", step(name)) }

    private func hash(_ nonce: UInt64) -> Hash { Keccak256.hash("under \(nonce)".utf8) }

    /// Asked for by run 1 unless another is said; what is asked for is told by a byte.
    private func asked(
        _ id: Int64,
        _ name: String,
        _ byte: UInt8 = 1,
        nonce: UInt64,
        counted: UInt64 = 0,
        _ state: Proposal.State = .open
    ) -> Proposal {
        Proposal(
            id: id,
            intent: Proposal.Intent(
                run: "run", project: "p", step: step(name), network: "n",
                lane: ChainOperation.Lane(
                    chainID: chain, genesisHash: Keccak256.hash("first".utf8), sender: account),
                to: target, value: Wei(5), payloadHash: Keccak256.hash([byte])),
            nonce: nonce, counted: counted, batchHash: nil, state: state,
            createdAt: Timestamp(milliseconds: 0))
    }

    private func sent(_ nonce: UInt64, _ byte: UInt8 = 1, undone: Bool = false) -> (
        UInt64, KeyAttribution.Sent
    ) {
        let operation = KeyAttribution.Operation(
            to: target, value: Wei(5), payloadHash: Keccak256.hash([byte]))
        return (
            nonce,
            KeyAttribution.Sent(hash: hash(nonce), block: nonce, operation: operation, isUndone: undone)
        )
    }

    /// The nonces of what is counted for some names; nil where nothing is.
    private func counted(
        _ sent: [(UInt64, KeyAttribution.Sent)],
        for names: [String],
        _ proposals: [Proposal],
        wanted: Set<String>? = nil,
        renamed: [String: String] = [:],
        known: KeyAttribution.Known = KeyAttribution.Known()
    ) -> [UInt64?] {
        let steps = KeyAttribution.Steps(
            wanted: Set((wanted ?? Set(names)).map(key)),
            renamed: Dictionary(uniqueKeysWithValues: renamed.map { (key($0), key($1)) }))
        let attribution = KeyAttribution(
            Dictionary(uniqueKeysWithValues: sent), of: proposals, by: steps, besides: known)
        return names.map { name in
            proposals.first { Key($0) == key(name) }.flatMap { attribution.done($0)?.sent.block }
        }
    }

    @Test func whatWasSentUnderItsNonceIsAStepsOwn() {
        let both = [asked(1, "x", nonce: 0), asked(2, "y", nonce: 1)]
        for proposals in [both, both.reversed()] {
            #expect(counted([sent(0)], for: ["x", "y"], proposals) == [0, nil])
            #expect(counted([sent(0, 9), sent(1)], for: ["x", "y"], proposals) == [nil, 1])
            #expect(counted([sent(0), sent(1)], for: ["x", "y"], proposals) == [0, 1])
            // One of the first file, and the other of a wallet's own.
            #expect(counted([sent(0, 9), sent(1), sent(2)], for: ["x", "y"], proposals) == [2, 1])
        }
        #expect(counted([sent(0, 2)], for: ["x"], [asked(1, "x", nonce: 0)]) == [nil])
    }

    @Test func whatNobodyWasAskedForUnderItsNonceIsTheFirstOnes() {
        let both = [asked(1, "y", nonce: 4), asked(2, "x", nonce: 3)]
        #expect(counted([sent(7)], for: ["x", "y"], both) == [7, nil])
        #expect(counted([sent(7), sent(9)], for: ["x", "y"], both) == [7, 9])
        // What came before one was asked for is not it.
        let later = [asked(1, "x", nonce: 3, counted: 8), asked(2, "y", nonce: 4, counted: 2)]
        #expect(counted([sent(7)], for: ["x", "y"], later) == [nil, 7])
    }

    @Test func whatWasAskedForBeforeInItsPlaceCountsToo() {
        let changed = [asked(1, "x", 1, nonce: 3, .superseded), asked(2, "x", 2, nonce: 3)]
        #expect(counted([sent(3, 1)], for: ["x"], changed) == [3])
        #expect(counted([sent(3, 2)], for: ["x"], changed) == [3])
        #expect(counted([sent(3, 3)], for: ["x"], changed) == [nil])
    }

    @Test func whatIsOnRecordOfAnotherIsNotCounted() {
        let one = [asked(1, "y", nonce: 0)]
        let ofX = KeyAttribution.Known(recorded: [hash(0): [key("x")]])
        #expect(counted([sent(0)], for: ["y"], one, known: ofX) == [nil])
        let ofY = KeyAttribution.Known(recorded: [hash(0): [key("y")]])
        #expect(counted([sent(0)], for: ["y"], one, known: ofY) == [0])
        // Its own record tells it wherever that was sent.
        let elsewhere = [asked(1, "x", nonce: 3), asked(2, "y", nonce: 4)]
        let known = KeyAttribution.Known(recorded: [hash(7): [key("y")]])
        #expect(counted([sent(7)], for: ["x", "y"], elsewhere, known: known) == [nil, 7])
        // What ended a proposal, be it of the same step, ends no other.
        let ended = KeyAttribution.Known(counted: [hash(0)], recorded: [hash(0): [key("y")]])
        #expect(counted([sent(0)], for: ["y"], one, known: ended) == [nil])
    }

    @Test func whatIsAskedForNoMoreKeepsItsNonceAndNothingElse() {
        for state in [Proposal.State.open, .superseded, .withdrawn, .executed] {
            let both = [asked(1, "gone", nonce: 0, state), asked(2, "y", nonce: 1)]
            // Once it has ended it has its own transaction, or none.
            let hasEnded = [.withdrawn, .executed].contains(state)
            #expect(counted([sent(0)], for: ["y"], both) == [hasEnded ? 0 : nil])
            #expect(counted([sent(7)], for: ["y"], both) == [7])
            // One that it was renamed from is the same.
            #expect(counted([sent(0)], for: ["y"], both, renamed: ["gone": "y"]) == [0])
            #expect(
                counted(
                    [sent(0)], for: ["y"], both, wanted: ["gone", "y"], renamed: ["gone": "y"])
                    == [hasEnded ? 0 : nil])
        }
        // Its nonce was free again: who is asked now has it.
        let again = [asked(1, "gone", nonce: 0, .withdrawn), asked(2, "y", nonce: 0)]
        #expect(counted([sent(0)], for: ["y"], again) == [0])
    }

    @Test func whatRevertedSaysSomethingOfTheStepWithItsNonceAlone() {
        let both = [asked(1, "x", nonce: 3), asked(2, "y", nonce: 4)]
        #expect(counted([sent(3, undone: true)], for: ["x", "y"], both) == [3, nil])
        #expect(counted([sent(7, undone: true)], for: ["x", "y"], both) == [nil, nil])
        let after = [asked(1, "x", nonce: 3, .withdrawn), asked(2, "y", nonce: 4)]
        #expect(counted([sent(3, undone: true)], for: ["y"], after) == [nil])
    }
}
