import Ethereum
import EthereumTypes
package import Foundation

/// The contracts that a Foundry script created, from its `run-latest.json`.
package struct FoundryBroadcast: Sendable {
    /// One creation.
    package struct Creation: Hashable, Sendable {
        package var contract: String?
        package var found: FoundContract
    }

    /// Why a file is none.
    package struct Problem: Error, Hashable, Sendable {
        package var message: String
    }

    /// The chain's number, where the file says it.
    package var chainID: UInt64?
    package var creations: [Creation]

    /// Reads the file; transactions that create nothing are passed over, as are those with parts that are not what they should be.
    ///
    /// - Throws: ``Problem`` where it is no broadcast of Foundry.
    package init(_ bytes: Data) throws(Problem) {
        var reader = JSONReader(Array(bytes)[...])
        let file: ParsedJSON
        do {
            file = try reader.document()
        } catch {
            throw Problem(message: "it is no JSON: \(error.message) at byte \(error.offset + 1)")
        }
        guard case .array(let transactions)? = file["transactions"] else {
            throw Problem(message: "it has no list of transactions")
        }
        chainID = file["chain"]?.integer.flatMap { UInt64(exactly: $0) }
        creations = transactions.compactMap { transaction in
            guard let kind = transaction["transactionType"]?.text, ["CREATE", "CREATE2"].contains(kind),
                let address = transaction["contractAddress"]?.text.flatMap({ try? Address($0.lowercased()) })
            else { return nil }
            let sent = transaction["transaction"]
            let deployer = sent?["from"]?.text.flatMap { try? Address($0.lowercased()) }
            let to = sent?["to"]?.text.flatMap { try? Address($0.lowercased()) }
            let factory = Create2Factory.allCases.first { $0.address == to }
            let data = (sent?["input"]?.text ?? sent?["data"]?.text).flatMap { Hex.decode($0) }
            // A factory is sent a salt as well.
            let input = data.flatMap { kind == "CREATE" ? $0 : factory?.creation(in: $0[...])?.initCode }
            return Creation(
                contract: transaction["contractName"]?.text,
                found: FoundContract(
                    address: address,
                    transactionHash: transaction["hash"]?.text.flatMap { Hash($0) },
                    deployer: deployer,
                    input: input,
                    factory: factory
                )
            )
        }
    }
}
