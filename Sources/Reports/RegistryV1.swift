import EthereumTypes
package import Foundation
package import Model

/// A network's file of the committed registry, version 1.
package struct RegistryV1: Encodable {
    /// One deployment.
    package struct Deployment: Encodable {
        var address: String
        /// true where no run made it.
        var adopted: Bool?
        var block: UInt64?
        var calls: [Call]?
        var chainId: UInt64
        var constructorArguments: String
        var contract: String
        var deployedCodeDigest: Digest?
        var deployer: String?
        var earlier: [String]?
        /// What created it with CREATE2.
        var factory: String?
        var genesisHash: String
        var initCodeDigest: Digest
        /// Their addresses, by `path:Name`.
        var libraries: [String: String]?
        var name: String
        var project: String
        var proxy: Proxy?
        var run: String?
        var runtimeCodeDigest: Digest
        var status: String
        var storageLayout: StorageLayout?
        var storageLayoutDigest: Digest?
        var transactionHash: String?
    }

    /// What it points to.
    package struct Proxy: Encodable {
        var kind: ProxyKind
        var implementation: String
        /// Of a transparent proxy.
        var admin: String?
        var beacon: String?
        /// Since when it points there.
        var block: UInt64?
    }

    /// A call that was made to it.
    package struct Call: Encodable {
        var block: UInt64
        var callDataHash: String
        var function: String
        var name: String
        var run: String
        var transactionHash: String
    }

    var version = 1
    var network: String
    var deployments: [Deployment]

    package init(_ file: RegistryFile) {
        network = file.network
        deployments = file.entries.map { Deployment($0) }
    }

    /// The bytes of the file, the same for the same content.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package func json() throws(ReportError) -> Data { try WireJSON.encode(self, pretty: true) }
}

extension RegistryV1.Deployment {
    init(_ entry: RegistryEntry) {
        address = entry.address.description
        adopted = entry.isAdopted ? true : nil
        block = entry.block
        calls = entry.calls.isEmpty ? nil : entry.calls.map { RegistryV1.Call($0) }
        chainId = entry.chainID.rawValue
        constructorArguments = Hex.prefixed(entry.constructorArguments)
        contract = entry.contract
        deployedCodeDigest = entry.deployedCodeDigest
        deployer = entry.deployer?.description
        earlier = entry.earlier.isEmpty ? nil : entry.earlier.map(\.description).sorted()
        factory = entry.creation.factory?.rawValue
        genesisHash = entry.genesisHash.description
        initCodeDigest = entry.initCodeDigest
        let linked = entry.creation.libraries.mapValues(\.description)
        libraries = linked.isEmpty ? nil : linked
        name = entry.name
        project = entry.project
        run = entry.run
        runtimeCodeDigest = entry.runtimeCodeDigest
        status = entry.status.rawValue
        proxy = entry.proxy.map { RegistryV1.Proxy($0) }
        storageLayout = entry.storageLayout
        storageLayoutDigest = entry.storageLayout?.digest
        transactionHash = entry.transactionHash?.description
    }
}

extension RegistryV1.Call {
    init(_ call: RegistryCall) {
        block = call.block
        callDataHash = call.callDataHash.description
        function = call.function
        name = call.name
        run = call.run
        transactionHash = call.transactionHash.description
    }
}

extension RegistryV1.Proxy {
    init(_ state: ProxyState) {
        kind = state.kind
        implementation = state.implementation.description
        admin = state.kind == .transparent ? state.controller?.description : nil
        beacon = state.kind == .beacon ? state.controller?.description : nil
        block = state.block
    }
}
