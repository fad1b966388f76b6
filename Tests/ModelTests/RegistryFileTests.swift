import EthereumTypes
import Foundation
import Model
import Testing

@Suite struct RegistryFileTests {
    static let genesis = Keccak256.hash("genesis".utf8)

    static func entry(
        _ name: String = "token",
        project: String = "treasury",
        at byte: UInt8 = 0x11,
        block: UInt64? = 7,
        status: RegistryEntry.Status = .current,
        run: String? = "run-1",
        genesis: Hash = RegistryFileTests.genesis,
        calls: [RegistryCall] = []
    ) -> RegistryEntry {
        guard let chain = ChainID(11_155_111),
            let address = Address(bytes: [UInt8](repeating: byte, count: 20))
        else { preconditionFailure("a chain has a number, an address 20 bytes") }
        return RegistryEntry(
            project: project, name: name, contract: "Token", chainID: chain, genesisHash: genesis,
            status: status, address: address, transactionHash: Keccak256.hash([byte]), block: block,
            initCodeDigest: Digest(of: Data([byte])), runtimeCodeDigest: Digest(of: Data([byte, 1])),
            constructorArguments: [], run: run, calls: calls)
    }

    static func call(_ name: String, in byte: UInt8 = 9, run: String = "run-1") -> RegistryCall {
        RegistryCall(
            name: name, function: "\(name)()", callDataHash: Keccak256.hash(name.utf8),
            transactionHash: Keccak256.hash([byte]), block: 8, run: run)
    }

    func merged(_ entries: [RegistryEntry], _ history: [RegistryEntry]) -> [RegistryEntry] {
        RegistryFile(network: "sepolia", entries: entries).merging(history).entries
    }

    @Test func addsWhatTheLedgerKnowsAndKeepsWhatItDoesNot() {
        let other = Self.entry("token", project: "other")
        let old = Self.entry("token", genesis: Keccak256.hash("before".utf8))
        let mine = Self.entry("vault", at: 0x22)
        let all = merged([other, old], [mine])
        #expect(all.map(\.project) == ["other", "treasury", "treasury"])
        #expect(Set(all) == [other, old, mine])
    }

    @Test func theSameContractKeepsItsCommittedWords() {
        let committed = Self.entry(run: "run-1", calls: [Self.call("setFee")])
        let again = Self.entry(run: "run-9", calls: [Self.call("setFee", run: "run-9"), Self.call("open")])
        let one = merged([committed], [again])
        #expect(one.map(\.run) == ["run-1"])
        #expect(one.first?.calls.map(\.name) == ["open", "setFee"])
        #expect(one.first?.calls.map(\.run) == ["run-1", "run-1"])
    }

    @Test func theNewestInstanceTakesTheEntry() {
        let first = Self.entry(at: 0x11, block: 7)
        let second = Self.entry(at: 0x22, block: 9)
        var replaced = first
        replaced.status = .replaced
        #expect(merged([first], [second, replaced]) == [second.after(first)])
    }

    @Test func aNewerInstanceOfAnotherMachineStays() {
        let mine = Self.entry(at: 0x11, block: 7)
        let theirs = Self.entry(at: 0x22, block: 9)
        #expect(merged([theirs], [mine]) == [theirs.after(mine)])
        let older = Self.entry(at: 0x22, block: 5)
        #expect(merged([older], [mine]) == [mine.after(older)])
    }

    @Test func aRenamedDeploymentLeavesItsOldName() {
        var old = Self.entry("oldVault")
        let committed = old
        old.status = .renamed
        let new = Self.entry("vault")
        #expect(merged([committed], [new, old]) == [new])
    }

    @Test func whatThisOrAnotherMachineForgotStaysForgotten() {
        let current = Self.entry()
        var forgotten = current
        forgotten.status = .forgotten
        #expect(merged([current.with(.forgotten)], [current]) == [forgotten])
        #expect(merged([], [forgotten]) == [forgotten])
        let next = Self.entry(at: 0x22, block: 9)
        #expect(merged([forgotten], [next, forgotten]) == [next.after(forgotten)])
    }

    @Test func noAddressOfADeploymentGetsLost() {
        let all = [Self.entry(at: 0x11), Self.entry(at: 0x22, block: 9), Self.entry(at: 0x33, block: 11)]
        // Another machine replaces it: its ledger knows nothing of the first.
        let second = merged([all[0]], [all[1]])
        #expect(merged(second, [all[2]]).map(\.earlier) == [[all[0].address, all[1].address]])
        // What was adopted and forgotten, one after the other.
        let file = all.reduce(RegistryFile(network: "sepolia")) { $0.setting($1.with(.forgotten)) }
        #expect(file.entries.map(\.addresses) == [Set(all.map(\.address))])
        // A name that is given up takes them along.
        let old = Self.entry("oldToken", at: 0x22).after(all[0])
        let renamed = merged([old], [all[1], old.with(.renamed)])
        #expect(renamed == [all[1].after(all[0])])
    }

    @Test func noCallThatWasMadeToAnAddressGetsLost() {
        let pay = Self.call("pay")
        let old = Self.entry("oldVault", calls: [pay])
        // A ledger renamed it that did not know of the call.
        let new = Self.entry("vault")
        let renamed = merged([old], [new, Self.entry("oldVault", status: .renamed)])
        #expect(renamed == [Self.entry("vault", calls: [pay])])
        // Somebody names again what is on record.
        let again = RegistryFile(network: "sepolia", entries: renamed).setting(new)
        #expect(again.entries == renamed)
        let other = again.setting(Self.entry("vault", at: 0x22, block: 9))
        #expect(other.entries.map(\.calls) == [[]])
    }

    @Test func aCallThatWasMadeAgainIsKeptTwice() {
        let (first, again) = (Self.call("setFee"), Self.call("setFee", in: 10))
        let one = merged([Self.entry(calls: [first])], [Self.entry(calls: [first, again])])
        #expect(Set(one.flatMap(\.calls)) == [first, again] && one.first?.calls.count == 2)
    }

    @Test func whatIsAtAnAddressIsFoundUnderEachOfItsNames() throws {
        let all = [Self.entry("a"), Self.entry("b", project: "other"), Self.entry("c", at: 0x22)]
        let file = RegistryFile(network: "sepolia", entries: all)
        #expect(Set(file.entries(at: all[0].address)) == Set(all.prefix(2)))
        #expect(file.entries(at: all[2].address) == [all[2]])
        #expect(file.entries(at: .zero) == [])
    }

    @Test func whatIsCurrentAgainInTheFileIsNewsToALedgerThatForgotIt() {
        #expect(Self.entry().isNews(to: [Self.entry(status: .forgotten)]))
        #expect(!Self.entry().isNews(to: [Self.entry(status: .replaced)]))
        let forgotten = Self.entry(status: .forgotten)
        #expect(
            !Self.entry().isNews(to: [Self.entry(at: 0x22, block: 99), forgotten]), "another took its place")
        #expect(Self.entry().isNews(to: [Self.entry(at: 0x22, block: 1), forgotten]))
        #expect(!Self.entry().isNews(to: [Self.entry()]))
        #expect(Self.entry().isNews(to: []))
        #expect(Self.entry(at: 0x22, block: nil).isNews(to: [Self.entry()]))
    }
}

extension RegistryEntry {
    fileprivate func after(_ other: RegistryEntry) -> RegistryEntry {
        var entry = self
        entry.remember(other)
        return entry
    }

    fileprivate func with(_ status: Status) -> RegistryEntry {
        var entry = self
        entry.status = status
        return entry
    }
}
