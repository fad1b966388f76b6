import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a transaction needs to be there: the one that it is sent to, and every address in its data.
///
/// One rule for all of it: nothing is signed, offered again or called done while an address that it names, and that an operation
/// of the ledger creates, is not at its place.
struct LaneReliance: Hashable, Sendable {
    enum Subject: Hashable, Sendable {
        case operation(ChainOperation.ID)
        case wish(LaneTicket)
    }

    var subject: Subject
    var to: Address?
    var data: [UInt8]
    /// The block that has it; nil where none has it.
    var block: UInt64?

    /// Which of some addresses it is sent to or has in its data, as bytes or as a text's digits, in their order.
    func named(among addresses: [Address]) -> [Address] {
        guard !addresses.isEmpty else { return [] }
        var byFirst = [[Int]](repeating: [], count: 256)
        for (index, address) in addresses.enumerated() { byFirst[Int(address.bytes[0])].append(index) }
        var found = Set(addresses.indices.filter { addresses[$0] == to })
        func look(_ place: ArraySlice<UInt8>) {
            for index in byFirst[Int(place[place.startIndex])]
            where place.elementsEqual(addresses[index].bytes) {
                found.insert(index)
            }
        }
        for start in data.indices.dropLast(19) {
            look(data[start..<start + 20])
            // In a text an address is its digits, behind 0x.
            guard data[start] == UInt8(ascii: "x"), data.count - start > 40 else { continue }
            let digits = String(decoding: data[start + 1...start + 40], as: UTF8.self)
            if let bytes = Hex.decode(digits) { look(bytes[...]) }
        }
        return found.sorted().map { addresses[$0] }
    }
}

/// Whether what a transaction relies on is there.
enum LaneStanding: Hashable, Sendable {
    /// All of it is.
    case firm
    /// It is on its way, and no block is known to have it.
    case waits
    /// The same, and nobody in this run takes it to its end.
    case left(UnsettledCreation)
    /// Nothing of ours will be at this address.
    case lost(Address)
}

extension LaneReliance {
    /// What becomes of it by what the ledger has of creations.
    ///
    /// - Parameters:
    ///   - creations: One an address.
    ///   - sender: Whose lane it is: it takes what is included in its own lane as there, since it sees itself when that goes away.
    ///   - isWatched: Whether the run takes one of another lane to its end; its own lane does that by itself.
    ///   - hasCode: Of an address that a salt makes, and where our operation failed, whether something is there all the same.
    /// - Returns: The worst of what it relies on: lost before what is on its way, and that before what is there.
    func standing(
        among creations: [UnsettledCreation],
        sender: Address,
        isWatched: (UnsettledCreation) -> Bool,
        hasCode: (Address) -> Bool
    ) -> LaneStanding {
        let own: ChainOperation.ID? = if case .operation(let id) = subject { id } else { nil }
        var standing = LaneStanding.firm
        for creation in relevant(creations) where creation.operation != own {
            let isElsewhere = creation.sender != sender
            let isLeft = (isElsewhere || creation.failed) && !isWatched(creation)
            let isThere: Bool
            switch creation.state {
            case .foreign, .reverted:
                if !creation.isSalted || !hasCode(creation.address) { return .lost(creation.address) }
                isThere = true
            case .included:
                // One of another lane may have lost its block unseen: what is done waits until that is final.
                isThere = !creation.failed && !isLeft && (block == nil || !isElsewhere)
            case .planned, .nonce, .signed, .sent, .blocked: isThere = false
            case .final, .withdrawn: isThere = true
            }
            if case .left = standing { continue }
            if !isThere { standing = isLeft ? .left(creation) : .waits }
        }
        return standing
    }

    func relevant(_ creations: [UnsettledCreation]) -> [UnsettledCreation] {
        let named = Set(named(among: creations.map(\.address)))
        return creations.filter { named.contains($0.address) }
    }
}

extension LanePerformer {
    /// Asks the ledger, and the chain where that alone does not tell.
    func standings(of reliances: [LaneReliance]) async throws(StepFailure) -> [LaneStanding] {
        let creations = try inLedger { () throws(LedgerError) in
            try ledger.unsettledCreations(chainID: network.spec.chainID, genesisHash: network.genesis)
        }
        var standings: [LaneStanding] = []
        for reliance in reliances {
            var filled: Set<Address> = []
            for creation in reliance.relevant(creations)
            where creation.isSalted && [.foreign, .reverted].contains(creation.state) {
                let code = try await network.code(of: creation.address, at: reliance.block)
                if !code.isEmpty { filled.insert(creation.address) }
            }
            standings.append(
                reliance.standing(
                    among: creations,
                    sender: sender,
                    isWatched: { stepsAtWork.has($0.step, of: $0.project) },
                    hasCode: { filled.contains($0) }
                )
            )
        }
        return standings
    }
}
