package import EthereumTypes

/// What the committed registry says of one network: `deployments/<network>.json`.
package struct RegistryFile: Hashable, Sendable {
    package var network: String
    /// Sorted by their keys, which are distinct.
    package let entries: [RegistryEntry]
    private let positions: [RegistryEntry.Key: Int]
    private let places: [Address: [Int]]

    /// - Precondition: No two entries have the same key.
    package init(network: String, entries: [RegistryEntry] = []) {
        self.network = network
        self.entries = entries.map(Self.canonical).sorted { $0.key < $1.key }
        positions = Dictionary(
            self.entries.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
        places = Dictionary(grouping: self.entries.indices) { [sorted = self.entries] in sorted[$0].address }
        precondition(positions.count == entries.count, "one key, one entry")
    }

    /// The entry of a project's deployment on one chain, whatever its status.
    package func entry(_ key: RegistryEntry.Key) -> RegistryEntry? { positions[key].map { entries[$0] } }

    /// The entries that are at an address, of whatever project, name, chain and status.
    package func entries(at address: Address) -> [RegistryEntry] {
        (places[address] ?? []).map { entries[$0] }
    }

    /// The file with `entry` in place of what it had under that key, whose addresses are kept, and its calls where it is the same.
    package func setting(_ entry: RegistryEntry) -> RegistryFile {
        var entry = entry
        if let before = self.entry(entry.key) { entry.remember(before) }
        return RegistryFile(network: network, entries: entries.filter { $0.key != entry.key } + [entry])
    }

    /// The file with what a ledger knows; entries that it does not know stay as they are.
    ///
    /// - Parameter history: All that the ledger has of some deployments, of each the newest first.
    /// - Returns: One entry for each name on each chain, with all addresses that either has of it.
    package func merging(_ history: [RegistryEntry]) -> RegistryFile {
        let known = Dictionary(grouping: history, by: \.key)
        let mine = Dictionary(entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        let keys = Set(known.keys).union(mine.keys)
        var merged: [RegistryEntry] = []
        var renamed: [[RegistryEntry]] = []
        for key in keys {
            let all = (known[key] ?? []) + [mine[key]].compactMap(\.self)
            guard var entry = Self.merged(mine[key], known[key] ?? []) else {
                renamed.append(all)
                continue
            }
            for one in all { entry.remember(one) }
            merged.append(entry)
        }
        // What came before under the old name came before under the new one.
        for old in renamed {
            guard
                let new = merged.firstIndex(where: { entry in
                    old.contains { $0.genesisHash == entry.genesisHash && $0.isSameInstance(as: entry) }
                })
            else { continue }
            for one in old { merged[new].remember(one) }
        }
        return RegistryFile(network: network, entries: merged)
    }

    private static func merged(_ entry: RegistryEntry?, _ history: [RegistryEntry]) -> RegistryEntry? {
        guard var latest = history.first(where: { $0.status == .current }) ?? history.first else {
            return entry
        }
        if let entry, entry.isNews(to: history) { return entry }
        if let entry, entry.isSameInstance(as: latest) {
            // What is committed stays as it is wherever it says the same, so that files change with chains alone.
            latest.run = entry.run
            latest.deployedCodeDigest = latest.deployedCodeDigest ?? entry.deployedCodeDigest
            if latest.creation == .plain { latest.creation = entry.creation }
            let mine = latest.calls
            latest.calls = entry.calls
            latest.remember(mine)
        }
        switch latest.status {
        case .current, .forgotten: return latest
        case .renamed: return nil
        case .replaced: return entry
        }
    }

    private static func canonical(_ entry: RegistryEntry) -> RegistryEntry {
        var entry = entry
        // An upgrade is compared with what the proxy runs; that of the code behind it would say the same again.
        if entry.proxy == nil { entry.storageLayout = nil }
        entry.calls.sort {
            ($0.name, $0.block, $0.callDataHash.description, $0.transactionHash.description) < (
                $1.name, $1.block, $1.callDataHash.description, $1.transactionHash.description
            )
        }
        return entry
    }
}
