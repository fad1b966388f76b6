import EthereumTypes
package import Foundation
import Model

/// Deployments in the shapes that other tools read; what is not known is left out.
package enum DeploymentExport: String, CaseIterable, Sendable {
    /// `{network: {name: address}}`.
    case addresses
    /// `<chain id>/run-latest.json`, as `forge script --broadcast` leaves it in a script's folder.
    case foundry
    /// `<network>/<name>.json` and `<network>/.chainId`, as hardhat-deploy has them below `deployments/`.
    case hardhatDeploy = "hardhat-deploy"
    /// `chain-<chain id>/deployed_addresses.json`, as Hardhat Ignition has it below `ignition/deployments/`.
    case ignition
    case markdown

    /// One file of an export; its path is relative to where exports go.
    package struct File: Hashable, Sendable {
        package var path: String
        package var bytes: Data
    }

    /// The files, by path.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package func files(_ deployments: [ListedDeployment]) throws(ReportError) -> [File] {
        switch self {
        case .addresses:
            return [File(path: "addresses.json", bytes: try Self.json(Self.addresses(deployments)))]
        case .markdown: return [File(path: "deployments.md", bytes: Data(Self.markdown(deployments).utf8))]
        case .foundry:
            return try Self.each(deployments, by: { "\($0.entry.chainID)" }) {
                chain, own throws(ReportError) in
                [File(path: "\(chain)/run-latest.json", bytes: try Self.json(FoundryRun(own)))]
            }
        case .ignition:
            return try Self.each(deployments, by: { "\($0.entry.chainID)" }) {
                chain, own throws(ReportError) in
                let addresses = Dictionary(
                    own.map { (Self.future($0.entry), $0.entry.address.description) },
                    uniquingKeysWith: { _, last in last })
                return [
                    File(path: "chain-\(chain)/deployed_addresses.json", bytes: try Self.json(addresses))
                ]
            }
        case .hardhatDeploy:
            return try Self.each(deployments, by: \.network) { network, own throws(ReportError) in
                var files: [File] = []
                if let chain = own.first?.entry.chainID {
                    files.append(File(path: "\(network)/.chainId", bytes: Data("\(chain)".utf8)))
                }
                for listed in own {
                    files.append(
                        File(
                            path: "\(network)/\(Self.flat(listed.entry.name)).json",
                            bytes: try Self.json(HardhatDeployment(listed.entry))
                        )
                    )
                }
                return files
            }
        }
    }

    private static func each(
        _ deployments: [ListedDeployment],
        by key: (ListedDeployment) -> String,
        _ files: (String, [ListedDeployment]) throws(ReportError) -> [File]
    ) throws(ReportError) -> [File] {
        let grouped = Dictionary(grouping: deployments, by: key)
        var all: [File] = []
        for group in grouped.sorted(by: { $0.key < $1.key }) { all += try files(group.key, group.value) }
        return all
    }

    private static func addresses(_ deployments: [ListedDeployment]) -> [String: [String: String]] {
        var addresses: [String: [String: String]] = [:]
        for listed in deployments {
            addresses[listed.network, default: [:]][listed.entry.name] = listed.entry.address.description
        }
        return addresses
    }

    private static func markdown(_ deployments: [ListedDeployment]) -> String {
        var lines = ["# Deployments"]
        for (network, own) in Dictionary(grouping: deployments, by: \.network).sorted(by: { $0.key < $1.key })
        {
            let chain = own.first.map { " (chain \($0.entry.chainID))" } ?? ""
            lines += [
                "", "## \(network)\(chain)", "", "| name | contract | address | block |",
                "| --- | --- | --- | --- |",
            ]
            for entry in own.map(\.entry) {
                let block = entry.block.map { "\($0)" } ?? ""
                lines.append("| \(entry.name) | \(entry.contract) | `\(entry.address)` | \(block) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A member of a set has a `/` in its name, which other tools take for a folder; a contract behind a proxy has a `:`.
    private static func flat(_ name: String) -> String {
        name.replacing("/", with: "_").replacing(":", with: "_")
    }

    /// Ignition's id of a contract: its module and its name.
    private static func future(_ entry: RegistryEntry) -> String {
        "\(entry.project)#\(flat(entry.name))"
    }

    private static func json(_ value: some Encodable) throws(ReportError) -> Data {
        try WireJSON.encode(value, pretty: true)
    }
}

/// What Foundry writes of a script's transactions, as far as it is known.
private struct FoundryRun: Encodable {
    struct Transaction: Encodable {
        struct Sent: Encodable {
            var from: String?
            /// The factory that was asked; nil where the transaction itself creates the contract.
            var to: String?
            var chainId: String
        }

        var hash: String?
        var transactionType: String?
        var contractName: String
        var contractAddress: String
        var transaction: Sent
    }

    struct Receipt: Encodable {
        var transactionHash: String
        var blockNumber: String
        var contractAddress: String?
        var from: String?
        var status = "0x1"
    }

    var transactions: [Transaction]
    var receipts: [Receipt]
    /// `path:Name:address`.
    var libraries: [String]
    var pending: [String] = []
    var chain: UInt64

    init(_ deployments: [ListedDeployment]) {
        let entries = deployments.map(\.entry)
        chain = entries.first?.chainID.rawValue ?? 0
        let linked = entries.flatMap { entry in
            entry.creation.libraries.map { "\($0.key):\($0.value)" }
        }
        libraries = Set(linked).sorted()
        transactions = entries.map { entry in
            let factory = entry.creation.factory
            return Transaction(
                hash: entry.transactionHash?.description,
                // How an adopted contract came there is not always known.
                transactionType: factory == nil ? entry.transactionHash.map { _ in "CREATE" } : "CREATE2",
                contractName: Self.contract(entry),
                contractAddress: Self.lower(entry.address),
                transaction: Transaction.Sent(
                    from: entry.deployer.map(Self.lower),
                    to: (factory?.address).map(Self.lower),
                    chainId: "0x" + String(entry.chainID.rawValue, radix: 16)
                )
            )
        }
        receipts = entries.compactMap { entry in
            guard let hash = entry.transactionHash, let block = entry.block else { return nil }
            return Receipt(
                transactionHash: hash.description,
                blockNumber: "0x" + String(block, radix: 16),
                // A factory's receipt names none.
                contractAddress: entry.creation.factory == nil ? Self.lower(entry.address) : nil,
                from: entry.deployer.map(Self.lower)
            )
        }
    }

    /// Without the set that it is a member of.
    private static func contract(_ entry: RegistryEntry) -> String {
        String(entry.contract.split(separator: "/").last ?? "")
    }

    private static func lower(_ address: Address) -> String { Hex.prefixed(address.bytes) }
}

/// What hardhat-deploy keeps of a deployment, as far as it is known: the ABI and the arguments' values are not.
private struct HardhatDeployment: Encodable {
    struct Receipt: Encodable {
        var transactionHash: String
        var blockNumber: UInt64
        var contractAddress: String
        var from: String?
        var status = 1
    }

    var address: String
    var transactionHash: String?
    var receipt: Receipt?

    init(_ entry: RegistryEntry) {
        address = entry.address.description
        transactionHash = entry.transactionHash?.description
        guard let hash = transactionHash, let block = entry.block else { return }
        receipt = Receipt(
            transactionHash: hash,
            blockNumber: block,
            contractAddress: address,
            from: entry.deployer?.description
        )
    }
}
