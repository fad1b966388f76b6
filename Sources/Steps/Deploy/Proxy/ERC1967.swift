import Ethereum
package import EthereumTypes
import Model

/// Where a proxy keeps what it points to: the slots of EIP-1967.
package enum ERC1967 {
    package static let implementation = slot("implementation")
    package static let admin = slot("admin")
    package static let beacon = slot("beacon")

    /// `keccak256("eip1967.proxy.NAME") - 1`, a number whose hash nobody knows a text for.
    private static func slot(_ name: String) -> Hash {
        let hash = Keccak256.hash("eip1967.proxy.\(name)".utf8)
        var bytes = hash.bytes
        var place = bytes.count - 1
        while bytes[place] == 0, place > 0 {
            bytes[place] = 0xff
            place -= 1
        }
        bytes[place] -= 1
        return Hash(bytes: bytes) ?? hash
    }
}

extension OpenNetwork {
    /// What a proxy's own slots say that it is, and what it points to.
    ///
    /// - Throws: ``StepFailure`` where the node does not say.
    func proxyState(at proxy: Address, since block: UInt64?) async throws(StepFailure) -> ProxyState {
        let isSet = { (slot: [UInt8]) in slot.contains { $0 != 0 } }
        if isSet(try await storage(of: proxy, slot: ERC1967.beacon)) {
            return try await proxyState(.beacon, at: proxy, since: block)
        }
        let hasAdmin = isSet(try await storage(of: proxy, slot: ERC1967.admin))
        return try await proxyState(hasAdmin ? .transparent : .uups, at: proxy, since: block)
    }

    /// What a proxy points to now.
    ///
    /// - Parameters:
    ///   - kind: What it is; where it is another kind, addresses are zero.
    ///   - proxy: Its address.
    ///   - block: Since when it is known to.
    ///   - moment: The block that is asked about.
    /// - Returns: What its slots, and its beacon, say.
    /// - Throws: ``StepFailure`` where the node does not say.
    func proxyState(
        _ kind: ProxyKind,
        at proxy: Address,
        since block: UInt64? = nil,
        in moment: BlockReference = .latest
    ) async throws(StepFailure) -> ProxyState {
        switch kind {
        case .uups:
            return ProxyState(
                kind: kind,
                implementation: try await address(in: ERC1967.implementation, of: proxy, moment),
                block: block
            )
        case .transparent:
            return ProxyState(
                kind: kind,
                implementation: try await address(in: ERC1967.implementation, of: proxy, moment),
                controller: try await address(in: ERC1967.admin, of: proxy, moment),
                block: block
            )
        case .beacon:
            let beacon = try await address(in: ERC1967.beacon, of: proxy, moment)
            let answer = try await ask { () async throws(RPCFailure) in
                try await rpc.call(
                    CallRequest(to: beacon, data: Selector.of("implementation()")), at: moment)
            }
            return ProxyState(
                kind: kind,
                implementation: Address(word: answer) ?? .zero,
                controller: beacon,
                block: block
            )
        }
    }

    /// Who owns a contract, where it says so; nil for one that does not.
    func owner(of contract: Address) async -> Address? {
        let answer = try? await call(CallRequest(to: contract, data: Selector.of("owner()")))
        return answer.flatMap { Address(word: $0) }
    }

    private func address(
        in slot: Hash,
        of contract: Address,
        _ moment: BlockReference
    ) async throws(StepFailure) -> Address {
        let word = try await ask { () async throws(RPCFailure) in
            try await rpc.storage(of: contract, slot: slot, at: moment)
        }
        return Address(word: word) ?? .zero
    }

    private func ask(
        _ question: () async throws(RPCFailure) -> [UInt8]
    ) async throws(StepFailure) -> [UInt8] {
        do { return try await question() } catch { throw StepFailure(error, on: spec) }
    }
}

extension Address {
    /// Takes an address out of a word; nil where the bytes are no word with nothing before the address.
    init?(word: [UInt8]) {
        guard word.count == 32, word.prefix(12).allSatisfy({ $0 == 0 }) else { return nil }
        self.init(bytes: Array(word.suffix(20)))
    }
}

/// The transaction that has a proxy run other code.
struct Upgrade: Hashable, Sendable {
    /// The proxy itself, its admin or its beacon.
    let to: Address
    let function: String
    let data: [UInt8]
    /// What the function is given, each with its type.
    let values: [String]
    let implementation: Address

    /// - Parameters:
    ///   - proxy: The proxy's address.
    ///   - state: What it is.
    ///   - implementation: The code that it shall run.
    /// - Throws: ``StepFailure``, never for three addresses.
    init(of proxy: Address, _ state: ProxyState, to implementation: Address) throws(StepFailure) {
        self.implementation = implementation
        let values: [ABIValue]
        switch state.kind {
        case .uups: (to, function, values) = (proxy, Self.own, [.address(implementation), .bytes([])])
        case .transparent:
            to = state.controller ?? .zero
            (function, values) = (Self.byAdmin, [.address(proxy), .address(implementation), .bytes([])])
        case .beacon:
            to = state.controller ?? .zero
            (function, values) = (Self.ofBeacon, [.address(implementation)])
        }
        do {
            let function = try ABIFunction(signature: function)
            data = try function.call(values)
            self.values = function.inputs.words(for: values)
        } catch {
            throw StepFailure(code: "bad-argument", "\(error)")
        }
    }

    /// The code that a transaction which was sent has its proxy run; nil where it is no upgrade.
    static func implementation(in transaction: Transaction) -> Address? {
        let words = transaction.data.dropFirst(4)
        let place: Int
        switch Array(transaction.data.prefix(4)) {
        case Selector.of(own), Selector.of(ofBeacon): place = 0
        case Selector.of(byAdmin): place = 1
        default: return nil
        }
        return Address(word: Array(words.dropFirst(32 * place).prefix(32)))
    }

    static let own = "upgradeToAndCall(address,bytes)"
    private static let byAdmin = "upgradeAndCall(address,address,bytes)"
    private static let ofBeacon = "upgradeTo(address)"
}
