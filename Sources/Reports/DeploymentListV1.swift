import EthereumTypes
package import Foundation
package import Model

/// A deployment of one network, as it is listed.
package struct ListedDeployment: Hashable, Sendable {
    package var network: String
    package var entry: RegistryEntry

    package init(network: String, entry: RegistryEntry) {
        self.network = network
        self.entry = entry
    }
}

/// `deployments list --json`, version 1: `{version, deployments: […]}`, by network and name.
package struct DeploymentListV1: Codable, Hashable, Sendable {
    package struct Deployment: Codable, Hashable, Sendable {
        package var network: String
        package var name: String
        package var contract: String
        package var chainId: UInt64
        package var genesisHash: String
        package var address: String
        package var transactionHash: OrNull<String>
        package var block: OrNull<UInt64>
        package var deployer: OrNull<String>
        package var run: OrNull<String>
        package var initCodeDigest: Digest
        package var runtimeCodeDigest: Digest
        package var constructorArguments: String
        /// Left out where it is no proxy.
        package var proxy: Proxy?
    }

    /// What a proxy is and which code it runs.
    package struct Proxy: Codable, Hashable, Sendable {
        package var kind: String
        package var implementation: String
    }

    package var version = 1
    package var deployments: [Deployment]

    package init(_ listed: [ListedDeployment]) { deployments = listed.map { Deployment($0) } }

    /// The bytes of the answer.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package func json() throws(ReportError) -> Data { try WireJSON.encode(self, pretty: true) }
}

extension DeploymentListV1.Deployment {
    init(_ listed: ListedDeployment) {
        let entry = listed.entry
        network = listed.network
        name = entry.name
        contract = entry.contract
        chainId = entry.chainID.rawValue
        genesisHash = entry.genesisHash.description
        address = entry.address.description
        transactionHash = OrNull(entry.transactionHash?.description)
        block = OrNull(entry.block)
        deployer = OrNull(entry.deployer?.description)
        run = OrNull(entry.run)
        initCodeDigest = entry.initCodeDigest
        runtimeCodeDigest = entry.runtimeCodeDigest
        constructorArguments = Hex.prefixed(entry.constructorArguments)
        proxy = entry.proxy.map {
            DeploymentListV1.Proxy(
                kind: $0.kind.rawValue, implementation: $0.implementation.description)
        }
    }
}

/// `deployments check --json`, version 1: `{version, deployments: [{network, name, …, finding, checks}], notChecked: […]}`.
package struct DeploymentCheckV1: Codable, Hashable, Sendable {
    package struct Deployment: Codable, Hashable, Sendable {
        package var network: String
        package var name: String
        package var chainId: UInt64
        package var address: String
        /// `same`, `gone`, `differs`, `pointsElsewhere`, `otherChain` or `notCompared`.
        package var finding: String
        /// What its functions gave, of those that the manifest names.
        package var checks: [Check]
    }

    /// A function that was asked.
    package struct Check: Codable, Hashable, Sendable {
        package var name: String
        package var read: String
        package var seen: String
        package var holds: Bool

        package init(name: String, read: String, seen: String, holds: Bool) {
            self.name = name
            self.read = read
            self.seen = seen
            self.holds = holds
        }
    }

    /// A network that could not be looked at.
    package struct NotChecked: Codable, Hashable, Sendable {
        package var network: String
        /// How many of it are on record.
        package var deployments: Int
        package var reason: String

        package init(network: String, deployments: Int, reason: String) {
            self.network = network
            self.deployments = deployments
            self.reason = reason
        }
    }

    package var version = 1
    package var deployments: [Deployment]
    /// Of these networks nothing is among the deployments.
    package var notChecked: [NotChecked]

    package init(
        _ checked: [(ListedDeployment, finding: String, checks: [Check])],
        notChecked: [NotChecked] = []
    ) {
        self.notChecked = notChecked
        deployments = checked.map { listed, finding, checks in
            Deployment(
                network: listed.network,
                name: listed.entry.name,
                chainId: listed.entry.chainID.rawValue,
                address: listed.entry.address.description,
                finding: finding,
                checks: checks
            )
        }
    }

    /// The bytes of the answer.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package func json() throws(ReportError) -> Data { try WireJSON.encode(self, pretty: true) }
}

/// Deployments as tables for people.
package enum DeploymentText {
    /// One line a deployment under a line of headings.
    package static func list(_ listed: [ListedDeployment]) -> String {
        let rows = listed.map { listed in
            let entry = listed.entry
            return [
                listed.network, entry.name,
                entry.contract + (entry.proxy.map { " (\($0.kind.rawValue))" } ?? ""),
                entry.address.description,
                entry.block.map { "\($0)" } ?? "", entry.run ?? "adopted",
            ]
        }
        return TextTable([["NETWORK", "NAME", "CONTRACT", "ADDRESS", "BLOCK", "RUN"]] + rows).lines
            .joined(separator: "\n")
    }

    /// How many were looked at and how many of them drifted, and of which networks none was.
    package static func counts(
        _ checked: Int,
        drifted: Int,
        notChecked: [DeploymentCheckV1.NotChecked]
    ) -> String {
        let words =
            "\(PlainWords.count(checked, "deployment")), "
            + (drifted == 0 ? "no drift" : "\(drifted) drifted")
        // Nothing can be said of drift where nothing was looked at.
        let looked = checked == 0 && !notChecked.isEmpty ? [] : [words]
        let missed = notChecked.map { missed in
            "'\(missed.network)' could not be looked at (\(PlainWords.count(missed.deployments, "deployment")))"
        }
        return (looked + missed).joined(separator: "; ")
    }

    /// One line a deployment, what is wrong in words.
    package static func check(_ checked: [(ListedDeployment, words: String)]) -> String {
        let rows = checked.map { listed, words in
            ["\(listed.entry.name)@\(listed.network)", listed.entry.address.description, words]
        }
        return TextTable(rows).lines.joined(separator: "\n")
    }
}
