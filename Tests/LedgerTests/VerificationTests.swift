import EthereumTypes
import Foundation
import GRDB
import Model
import Testing

@testable import Ledger

@Suite struct VerificationTests {
    let bench: Bench

    init() throws { bench = try Bench() }

    private func key(
        chain: UInt64 = 5,
        genesis: String = "genesis",
        address: UInt8 = 1,
        code: String = "code",
        _ verifier: VerifierSpec = VerifierSpec(.sourcify, url: "https://s.example")
    ) throws -> VerificationKey {
        VerificationKey(
            chainID: try #require(ChainID(chain)), genesisHash: Keccak256.hash(genesis.utf8),
            address: try #require(Address(bytes: [UInt8](repeating: address, count: 20))),
            initCodeDigest: Digest(of: Data(code.utf8)), verifier: verifier)
    }

    @Test func whatIsShownIsKnownForThatSourceAtThatServiceAlone() throws {
        let ledger = try bench.begun()
        #expect(try ledger.verified(key()) == nil)
        try ledger.recordVerified(key(), message: "exact match", run: Bench.run)
        try ledger.recordVerified(key(), message: "match", run: Bench.run)
        let known = try #require(try bench.afterKill().verified(key()))
        #expect(known.run == Bench.run)
        #expect(known.message == "match")
        let others = [
            try key(chain: 6), try key(genesis: "other"), try key(address: 2), try key(code: "other"),
            try key(VerifierSpec(.blockscout, url: "https://s.example")),
            try key(VerifierSpec(.sourcify, url: "https://t.example")),
        ]
        for other in others { #expect(try ledger.verified(other) == nil) }
        // Whose key it was asked with does not matter.
        let keyed = VerifierSpec(.sourcify, url: "https://s.example", key: .environment("K"))
        #expect(try ledger.verified(key(keyed)) != nil)
    }

    @Test func aRunThatIsNotOnRecordHeardNothing() throws {
        let ledger = try bench.begun()
        #expect(throws: LedgerError.unknownRun("run-9")) {
            try ledger.recordVerified(try key(), message: "", run: "run-9")
        }
    }

    @Test func aLedgerOfAnEarlierVersionIsBroughtUpToDate() throws {
        let ledger = try bench.begun()
        try ledger.takeBackToVersion4()
        try ledger.queue.close()
        let next = try bench.open()
        #expect(try next.runs().map(\.id) == [Bench.run])
        try next.recordVerified(try key(), message: "exact match", run: Bench.run)
        #expect(try next.verified(key())?.message == "exact match")
    }
}
