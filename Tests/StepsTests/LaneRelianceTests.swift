import EthereumTypes
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// What is signed for an address is offered only while that is where it was told to be.
@Suite struct LaneRelianceTests {
    /// A token, a vault that is made with its address, and what blocks have of them.
    struct Scene {
        var bench = LaneBench(LaneRules(confirmations: .blocks(5), patience: .seconds(900)))
        var blocks: [Hash: UInt64] = [:]
        var head: UInt64 = 1
        /// Nonces of which others have the transaction.
        var foreign: Set<UInt64> = []
        var offered: [Hash] = []

        /// Plays a node until something holds; whether it came to that.
        mutating func play(until isReached: (Scene) -> Bool) throws -> Bool {
            for _ in 0..<400 {
                if isReached(self) { return true }
                let move = bench.next()
                switch move {
                case .ask: bench.answer(move, LaneBench.account())
                case .send(let offers):
                    offered += offers.map(\.attempt.hash)
                    let answers = offers.map { offer -> SendAnswer in
                        foreign.contains(bench.journal[offer.id].nonce ?? 0) ? .nonceUsed : .taken
                    }
                    bench.answer(move, .sent(answers))
                case .look(let hashes, _, _, _):
                    var found: [Hash: TransactionReceipt] = [:]
                    for hash in hashes {
                        guard let block = blocks[hash],
                            case .seen(let receipts, _, _) = try LaneBench.seen(
                                hash, block: block, head: head)
                        else { continue }
                        found.merge(receipts) { first, _ in first }
                    }
                    bench.answer(move, .seen(found, ChainHead(latest: head), count: 50))
                case .prove(_, let nonce, _):
                    let isUsed = foreign.contains(nonce)
                    bench.answer(move, .proof(isUsed ? .usedBy(LaneFakeChain.hash(99)) : .open))
                case .rest(let until):
                    guard let until else { return isReached(self) }
                    bench.now = until
                default: bench.write(move)
                }
            }
            return false
        }

        func hash(_ name: String) -> Hash? {
            bench.journal.operations.last { $0.intent.step == .deploy(name, on: "sim") }?.attempts.first?.hash
        }

        func isTold(_ ticket: LaneTicket) -> Bool {
            bench.told.contains { if $0.ticket == ticket, case .included = $0.notice { true } else { false } }
        }

        func isStranded(_ ticket: LaneTicket) -> Bool {
            bench.told.contains { if $0.ticket == ticket, case .stranded = $0.notice { true } else { false } }
        }

        /// Takes both into blocks that are not deep.
        static func bothIncluded() throws -> (scene: Scene, token: LaneTicket, vault: LaneTicket) {
            var scene = Scene()
            let token = scene.bench.submit("token")
            #expect(try scene.play { $0.offered.count == 1 })
            scene.blocks[try #require(scene.hash("token"))] = 1
            #expect(try scene.play { $0.isTold(token) })
            let address = Address.created(by: LaneFakeSigner.address, nonce: 0)
            let vault = scene.bench.submit("vault", relyingOn: address)
            #expect(try scene.play { $0.offered.count == 2 })
            scene.blocks[try #require(scene.hash("vault"))] = 2
            scene.head = 2
            #expect(try scene.play { $0.isTold(vault) })
            return (scene, token, vault)
        }

        /// Takes what uses the vault into the block behind it.
        mutating func includeCall() throws -> LaneTicket {
            let call = bench.submit(
                "call", relyingOn: Address.created(by: LaneFakeSigner.address, nonce: 1))
            #expect(try play { $0.offered.count == 3 })
            blocks[try #require(hash("call"))] = 3
            head = 3
            #expect(try play { $0.isTold(call) })
            return call
        }
    }

    @Test func whatUsesAContractIsOfferedAgainWhenABlockHasThat() throws {
        var (scene, token, vault) = try Scene.bothIncluded()
        let both = scene.blocks
        let tokenHash = try #require(scene.hash("token"))
        let vaultHash = try #require(scene.hash("vault"))
        scene.blocks = [:]
        scene.head = 9
        scene.offered = []
        #expect(try scene.play { $0.offered.contains(tokenHash) })
        #expect(!scene.offered.contains(vaultHash))
        scene.blocks[tokenHash] = both[tokenHash]
        #expect(try scene.play { $0.offered.contains(vaultHash) })
        scene.blocks = both
        #expect(try scene.play { $0.bench.isConfirmed(token) && $0.bench.isConfirmed(vault) })
    }

    @Test func whatWasSignedForALostAddressIsNotOfferedAgain() throws {
        var (scene, token, vault) = try Scene.bothIncluded()
        let lost = try #require(scene.hash("vault"))
        scene.blocks = [:]
        scene.head = 9
        scene.offered = []
        scene.foreign = [0]
        #expect(try scene.play { $0.offered.count > 1 && $0.bench.journal.operations[1].attempts.count == 2 })
        #expect(scene.bench.failures(of: token) == ["address-lost"])
        let void = try #require(scene.bench.journal.operations[1].attempts.last)
        let transaction = try SignedTransaction(raw: void.rawTransaction).transaction
        #expect(transaction.nonce == 1)
        #expect(transaction.isVoid(of: LaneFakeSigner.address))
        #expect(!scene.offered.contains(lost))
        let late = scene.bench.submit(
            "late", relyingOn: Address.created(by: LaneFakeSigner.address, nonce: 0))
        scene.blocks[void.hash] = 4
        #expect(
            try scene.play { !$0.bench.failures(of: vault).isEmpty && !$0.bench.failures(of: late).isEmpty })
        #expect(scene.bench.failures(of: vault) == ["address-lost"])
        #expect(scene.bench.failures(of: late) == ["address-lost"])
        #expect(scene.bench.journal.operations.map(\.state) == [.foreign, .reverted])
    }

    @Test func whatABlockHasAllTheSameIsNoSuccess() throws {
        var (scene, _, vault) = try Scene.bothIncluded()
        let own = try #require(scene.hash("vault"))
        // The node puts the vault back by itself, behind somebody else's transaction.
        scene.blocks = [own: 3]
        scene.head = 9
        scene.foreign = [0]
        #expect(try scene.play { $0.isStranded(vault) })
        #expect(!scene.bench.isConfirmed(vault))
    }

    /// Seed 13497: the vault's block was deep before anybody knew that the token's nonce was another's.
    @Test func whatReliesOnOneThatReliesOnALostAddressIsNoSuccess() throws {
        var (scene, _, vault) = try Scene.bothIncluded()
        let call = try scene.includeCall()
        scene.blocks[try #require(scene.hash("token"))] = nil
        scene.head = 9
        scene.foreign = [0]
        #expect(try scene.play { $0.isStranded(vault) && $0.isStranded(call) })
        #expect(!scene.bench.isConfirmed(call))
    }

    /// Nobody waits for the vault any more: it is looked at all the same, since the call relies on it.
    @Test func whatNobodyWaitsForIsSettledForWhatReliesOnIt() throws {
        var (scene, token, vault) = try Scene.bothIncluded()
        let call = try scene.includeCall()
        scene.bench.lane.leave(token)
        scene.bench.lane.leave(vault)
        scene.head = 9
        #expect(try scene.play { $0.bench.isConfirmed(call) })
        #expect(scene.bench.journal.operations.map(\.state) == [.included, .included, .included])
    }

    @Test func nobodyIsToldOfABlockThatWasNotSeenSinceTheStart() throws {
        var (scene, _, _) = try Scene.bothIncluded()
        scene.bench.restart()
        let attached = scene.bench.attach("token")
        let token = try #require(attached)
        #expect(!scene.isTold(token))
        let blocks = scene.blocks
        scene.blocks = [:]
        scene.offered = []
        #expect(try scene.play { !$0.offered.isEmpty })
        #expect(!scene.isTold(token))
        scene.blocks = blocks
        #expect(try scene.play { $0.isTold(token) })
    }

    // MARK: What nobody takes to its end

    static let place = Address.created(by: .zero, nonce: 9)

    /// A creation of another lane, whose step no run has.
    static func elsewhere(_ state: ChainOperation.State) -> UnsettledCreation {
        UnsettledCreation(
            operation: ChainOperation.ID(99), project: "other", step: .deploy("far", on: "sim"),
            address: place, sender: .zero, state: state, failed: false, isSalted: false)
    }

    @Test(arguments: [ChainOperation.State.signed, .sent, .included, .blocked])
    func nothingIsSignedForWhatNobodyTakesToItsEnd(_ state: ChainOperation.State) throws {
        var scene = Scene()
        scene.bench.journal.elsewhere = [Self.elsewhere(state)]
        let vault = scene.bench.submit("vault", relyingOn: Self.place)
        #expect(try scene.play { !$0.bench.failures(of: vault).isEmpty })
        #expect(scene.bench.failures(of: vault) == ["address-unsettled"])
        #expect(scene.offered == [])
        #expect(scene.bench.journal.operations.isEmpty)
        #expect(scene.bench.now < .seconds(10))
    }

    /// It was settled when the vault was signed, and another run lost its block since.
    @Test func whatIsSignedForItIsKeptAndGoesOnWhenItIsThere() throws {
        var scene = Scene()
        var vault = scene.bench.submit("vault", relyingOn: Self.place)
        #expect(try scene.play { $0.offered.count == 1 })
        let hash = try #require(scene.hash("vault"))
        scene.blocks[hash] = 1
        #expect(try scene.play { $0.isTold(vault) })
        scene.bench.journal.elsewhere = [Self.elsewhere(.sent)]
        scene.blocks = [:]
        scene.head = 9
        scene.offered = []
        for _ in 0..<2 {
            #expect(try scene.play { !$0.bench.failures(of: vault).isEmpty })
            #expect(scene.bench.failures(of: vault) == ["address-unsettled"])
            #expect(scene.bench.now < .seconds(100))
            scene.bench.restart()
            let attached = scene.bench.attach("vault")
            vault = try #require(attached)
        }
        #expect(scene.offered == [])
        scene.bench.journal.elsewhere = []
        #expect(try scene.play { $0.offered == [hash] })
        scene.blocks = [hash: 7]
        scene.head = 20
        #expect(try scene.play { $0.bench.isConfirmed(vault) })
    }

    @Test func whatABlockHasIsNotDoneWhileNobodyTakesThatToItsEnd() throws {
        var scene = Scene()
        let vault = scene.bench.submit("vault", relyingOn: Self.place)
        #expect(try scene.play { $0.offered.count == 1 })
        scene.bench.journal.elsewhere = [Self.elsewhere(.included)]
        scene.blocks[try #require(scene.hash("vault"))] = 1
        scene.head = 9
        #expect(try scene.play { !$0.bench.failures(of: vault).isEmpty })
        #expect(scene.bench.failures(of: vault) == ["address-unsettled"])
        #expect(scene.bench.journal.operations.map(\.state) == [.included])
        #expect(scene.bench.now < .seconds(100))
    }

    @Test func whatTheRunHasIsWaitedFor() {
        let reliance = LaneReliance(subject: .wish(LaneTicket(rawValue: 1)), to: Self.place, data: [])
        var mined = reliance
        mined.block = 7
        var failed = Self.elsewhere(.included)
        failed.failed = true
        for (reliance, creation, watched, left) in [
            (reliance, Self.elsewhere(.sent), LaneStanding.waits, true),
            (reliance, Self.elsewhere(.included), .firm, true),
            (mined, Self.elsewhere(.included), .waits, true),
            (reliance, failed, .waits, true),
            (reliance, Self.elsewhere(.foreign), .lost(Self.place), false),
        ] {
            for isWatched in [true, false] {
                let standing = reliance.standing(
                    among: [creation], sender: LaneFakeSigner.address, isWatched: { _ in isWatched },
                    hasCode: { _ in false })
                #expect(standing == (isWatched || !left ? watched : .left(creation)))
            }
            // Its own lane takes it to its end, but that one that failed is for its step to say.
            let own = reliance.standing(
                among: [creation], sender: .zero, isWatched: { _ in false }, hasCode: { _ in false })
            switch (creation.state, creation.failed) {
            case (.included, true): #expect(own == .left(creation))
            case (.included, false): #expect(own == .firm)
            default: #expect(own == watched)
            }
        }
    }

    @Test func whatIsNamedIsFoundWhereverItStands() {
        let addresses = (0..<3).map { Address.created(by: LaneFakeSigner.address, nonce: $0) }
        func reliance(_ data: [UInt8], to: Address? = nil) -> LaneReliance {
            LaneReliance(subject: .wish(LaneTicket(rawValue: 1)), to: to, data: data)
        }
        #expect(reliance(addresses[1].bytes).named(among: addresses) == [addresses[1]])
        #expect(reliance([1, 2, 3] + addresses[2].bytes + [4]).named(among: addresses) == [addresses[2]])
        #expect(reliance([], to: addresses[0]).named(among: addresses) == [addresses[0]])
        #expect(reliance(Array(addresses[0].bytes.dropLast())).named(among: addresses) == [])
        let text = Array("https://x.example/\(addresses[1])/meta".utf8)
        #expect(reliance(text).named(among: addresses) == [addresses[1]])
        #expect(reliance(Array(text.dropLast(6))).named(among: addresses) == [])
    }
}

extension LaneBench {
    mutating func submit(_ name: String, relyingOn address: Address) -> LaneTicket {
        let request = TransactionRequest(
            step: .deploy(name, on: "sim"),
            kind: .deploy,
            to: nil,
            data: Array(name.utf8) + address.bytes,
            value: .zero,
            mark: OperationMark(of: 100_000)
        )
        return lane.submit(
            LaneRequest(transaction: request, gasLimit: 100_000, signer: LaneFakeSigner()), at: now)
    }
}
