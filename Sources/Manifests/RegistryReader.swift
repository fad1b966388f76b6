import EthereumTypes
package import Foundation
package import Model

/// Reads a network's file of the committed registry.
///
/// It is hyperkit's own and may have tens of thousands of deployments, so that it is read as the JSON that hyperkit writes. What is
/// no JSON the reader of manifests looks at, who says where something is wrong. A key that this version does not know is refused: it
/// would be lost when the file is written again.
package enum RegistryReader {
    /// The largest file that is read, in bytes.
    private static let mostBytes = 256 << 20

    /// Reads the text of `deployments/<network>.json`.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - name: Its path as it is printed.
    ///   - network: The network that it must be of.
    /// - Returns: What it says.
    /// - Throws: ``ManifestError`` with every problem, each with its place.
    package static func read(
        _ bytes: Data,
        name: String,
        network: String
    ) throws(ManifestError) -> RegistryFile {
        let problems = Problems()
        guard bytes.count <= mostBytes else {
            throw ManifestError(diagnostics: [
                .error(
                    "too-large",
                    "\(name) is \(bytes.count) bytes, more than the \(mostBytes) of a registry that are read",
                    hint: "give projects that share the folder a folder each: 'registry' of the manifest"
                )
            ])
        }
        let source = SourceText(name: name, path: name, bytes: Array(bytes))
        var entries: [RegistryEntry] = []
        if let root = root(of: source, problems) {
            entries = RegistryNodes(problems: problems).entries(root, network: network)
        }
        guard !problems.hasErrors else {
            if let marker = source.conflictMarker {
                // What is told of the file below it would be about half of a merge.
                throw ManifestError(diagnostics: [
                    marker.error(
                        "merge-conflict",
                        "git left a merge of two registries to you: this is its marker",
                        hint:
                            "keep the entries of both sides, and where both have one of the same name that of the later block; take "
                            + "the lines <<<<<<<, ======= and >>>>>>> away; then: hyperkit deployments check"
                    )
                ])
            }
            let remedy = Diagnostic(
                .note,
                "registry",
                "\(name) is not what hyperkit writes; nothing was changed in it",
                hint:
                    "mend what is said above; git checkout -- \(name) has it as it was committed last, without what was "
                    + "recorded since"
            )
            throw ManifestError(diagnostics: problems.sorted() + [remedy])
        }
        return RegistryFile(network: network, entries: entries)
    }

    private static func root(of source: SourceText, _ problems: Problems) -> YAMLNode? {
        do throws(JSONNodes.Fault) {
            return try JSONNodes.read(source)
        } catch {
            guard source.bytes.count > YAMLGuard.mostFileBytes else {
                var budget = NodeBudget()
                return YAMLReader.read(source, problems: problems, budget: &budget)
            }
            problems.add(
                source.place(atByte: error.offset).error("json", "this is not JSON: \(error.reason)"))
            return nil
        }
    }
}

/// Takes the nodes of a registry's file apart; adds a problem for each that is not as it should be.
struct RegistryNodes {
    let problems: Problems

    func entries(_ root: YAMLNode, network: String) -> [RegistryEntry] {
        guard let map = fields(root, "the registry", required: ["deployments", "network", "version"]) else {
            return []
        }
        if let version = map["version"], version.text != "1" {
            problems.add(
                version.place.error(
                    "version",
                    "this hyperkit reads version 1 of the registry",
                    hint: "use the newer hyperkit that wrote it"
                )
            )
            return []
        }
        if let named = map["network"], named.text != network {
            problems.add(
                named.place.error(
                    "wrong-value", "this is the file of network '\(network)'", hint: "write \"\(network)\""))
        }
        var first: [RegistryEntry.Key: Place] = [:]
        var entries: [RegistryEntry] = []
        for node in list(map["deployments"]) {
            guard let entry = entry(node) else { continue }
            if let other = first[entry.key] {
                problems.add(node.place.duplicate("'\(entry.name)' on this chain", first: other))
                continue
            }
            first[entry.key] = node.place
            entries.append(entry)
        }
        return entries
    }

    private func entry(_ node: YAMLNode) -> RegistryEntry? {
        let required: Set = [
            "address", "chainId", "constructorArguments", "contract", "genesisHash", "initCodeDigest", "name",
            "project", "runtimeCodeDigest", "status",
        ]
        let optional: Set = [
            "adopted", "block", "calls", "deployedCodeDigest", "deployer", "earlier", "factory", "libraries",
            "proxy", "run", "storageLayout", "storageLayoutDigest", "transactionHash",
        ]
        guard let map = fields(node, "a deployment", required: required, optional: optional) else {
            return nil
        }
        // All of them are looked at, so that every problem is told at once.
        let project = value(map["project"], "text", Self.word)
        let name = value(map["name"], "text", Self.word)
        let contract = value(map["contract"], "text", Self.word)
        let chainID = value(map["chainId"], "the number of a chain") { UInt64($0).flatMap(ChainID.init(_:)) }
        let genesisHash = value(map["genesisHash"], "a hash", Self.hash)
        let status = value(map["status"], "'current' or 'forgotten'") { text in
            RegistryEntry.Status(rawValue: text).flatMap { [.current, .forgotten].contains($0) ? $0 : nil }
        }
        let address = value(map["address"], Self.anAddress, Self.address)
        let transactionHash = value(map["transactionHash"], "a hash", Self.hash)
        let block = value(map["block"], "the number of a block") { UInt64($0) }
        let deployer = value(map["deployer"], Self.anAddress, Self.address)
        let initCodeDigest = value(map["initCodeDigest"], Self.aDigest) { Digest($0) }
        let runtimeCodeDigest = value(map["runtimeCodeDigest"], Self.aDigest) { Digest($0) }
        let deployedCodeDigest = value(map["deployedCodeDigest"], Self.aDigest) { Digest($0) }
        let arguments = value(map["constructorArguments"], "hexadecimal digits behind 0x") { text in
            text.hasPrefix("0x") ? Hex.decode(text) : nil
        }
        let creation = creation(factory: map["factory"], libraries: map["libraries"])
        let run = value(map["run"], "text", Self.word)
        let adopted = value(map["adopted"], "true") { $0 == "true" ? true : nil }
        let calls = list(map["calls"]).compactMap(call)
        let earlier = list(map["earlier"]).compactMap { value($0, Self.anAddress, Self.address) }
        let proxy = map["proxy"].flatMap(proxy)
        let layout = layout(map["storageLayout"], digest: map["storageLayoutDigest"])
        guard let project, let name, let contract, let chainID, let genesisHash, let status, let address,
            let initCodeDigest, let runtimeCodeDigest, let arguments
        else { return nil }
        return RegistryEntry(
            project: project,
            name: name,
            contract: contract,
            chainID: chainID,
            genesisHash: genesisHash,
            status: status,
            address: address,
            transactionHash: transactionHash,
            block: block,
            deployer: deployer,
            initCodeDigest: initCodeDigest,
            runtimeCodeDigest: runtimeCodeDigest,
            deployedCodeDigest: deployedCodeDigest,
            constructorArguments: arguments,
            creation: creation,
            run: run,
            isAdopted: adopted ?? false,
            calls: calls,
            proxy: proxy,
            storageLayout: layout,
            earlier: Set(earlier)
        )
    }

    private func creation(factory: YAMLNode?, libraries: YAMLNode?) -> CreationRecord {
        let names = Create2Factory.allCases.map(\.rawValue).joined(separator: ", ")
        var record = CreationRecord(
            factory: value(factory, "one of \(names)") { Create2Factory(rawValue: $0) })
        guard let libraries else { return record }
        guard let entries = libraries.entries else {
            problems.add(
                libraries.place.error(
                    "wrong-type", "libraries are a map, and this is \(libraries.inWords)"))
            return record
        }
        for entry in entries {
            record.libraries[entry.key] = value(entry.value, Self.anAddress, Self.address)
        }
        return record
    }

    private func call(_ node: YAMLNode) -> RegistryCall? {
        let required: Set = ["block", "callDataHash", "function", "name", "run", "transactionHash"]
        guard let map = fields(node, "a call", required: required) else { return nil }
        let name = value(map["name"], "text", Self.word)
        let function = value(map["function"], "text", Self.word)
        let data = value(map["callDataHash"], "a hash", Self.hash)
        let transaction = value(map["transactionHash"], "a hash", Self.hash)
        let block = value(map["block"], "the number of a block") { UInt64($0) }
        let run = value(map["run"], "text", Self.word)
        guard let name, let function, let data, let transaction, let block, let run else { return nil }
        return RegistryCall(
            name: name, function: function, callDataHash: data, transactionHash: transaction, block: block,
            run: run)
    }

    // MARK: Shapes

    /// The values of a map by key; nil after adding a problem where it is no map.
    func fields(
        _ node: YAMLNode,
        _ what: String,
        required: Set<String>,
        optional: Set<String> = []
    ) -> [String: YAMLNode]? {
        guard let entries = node.entries else {
            problems.add(node.place.error("wrong-type", "\(what) is a map, and this is \(node.inWords)"))
            return nil
        }
        for entry in entries where !required.union(optional).contains(entry.key) {
            problems.add(
                entry.keyPlace.error(
                    "unknown-key",
                    "unknown key '\(entry.key)' in \(what)",
                    hint: problems.suggestion(
                        for: entry.key,
                        among: required.union(optional).sorted(),
                        otherwise: "a newer hyperkit may have written it"
                    )
                )
            )
        }
        for key in required.sorted() where node[key] == nil {
            problems.add(node.place.error("missing-key", "\(what) has no '\(key)'"))
        }
        return Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    func list(_ node: YAMLNode?) -> [YAMLNode] {
        guard let node else { return [] }
        guard let items = node.items else {
            problems.add(node.place.error("wrong-type", "this is a list, and there is \(node.inWords)"))
            return []
        }
        return items
    }

    func value<Value>(
        _ node: YAMLNode?,
        _ what: String,
        _ parse: (String) -> Value?
    ) -> Value? {
        guard let node else { return nil }
        if let text = node.text, let value = parse(text) { return value }
        problems.add(
            node.place.error("wrong-value", "'\(node.text ?? node.inWords)' is not \(what)"))
        return nil
    }

    static let anAddress = "an address in the spelling of EIP-55"
    static let aDigest = "a digest (sha256: and 64 digits)"

    static func word(_ text: String) -> String? { text.isEmpty ? nil : text }

    private static func hash(_ text: String) -> Hash? { Hash(text) }

    /// Only the spelling with a checksum: a digit that was changed by hand shows.
    static func address(_ text: String) -> Address? {
        (try? Address(text)).flatMap { $0.description == text ? $0 : nil }
    }
}
