package import EthereumTypes
import Foundation

/// Signatures of what a Safe is asked for, by a service that holds the key.
extension EthereumRPC {
    /// Asks once for a signature of a Safe's transaction, and takes none but this account's.
    ///
    /// What is to be signed is said in full (EIP-712), so that whoever has the key can show it. Services know the method by two
    /// names.
    ///
    /// - Parameters:
    ///   - transaction: What the Safe is to do.
    ///   - safe: The Safe.
    ///   - chainID: The chain that it is on.
    ///   - signer: Whose signature is wanted.
    /// - Returns: The signature of the hash that the Safe computes.
    /// - Throws: ``SigningRefusal`` for any other answer.
    package func sign(
        _ transaction: SafeTransaction,
        of safe: Address,
        on chainID: ChainID,
        as signer: Address
    ) async throws(SigningRefusal) -> Signature {
        let parameters: [JSONValue] = [
            .string(signer.description), .string(Self.text(transaction.typedData(of: safe, on: chainID))),
        ]
        let answer: [UInt8]
        do throws(RPCFailure) {
            answer = try await signedTypedData("eth_signTypedData_v4", parameters)
        } catch {
            guard case .node(let fault) = error, fault.kind == .methodNotFound else { throw .rpc(error) }
            do throws(RPCFailure) {
                answer = try await signedTypedData("eth_signTypedData", parameters)
            } catch {
                throw .rpc(error)
            }
        }
        guard answer.count == 65, [0, 1, 27, 28].contains(answer[64]),
            let signature = Signature(
                r: Array(answer[0..<32]), s: Array(answer[32..<64]), yIsOdd: answer[64] % 27 == 1)
        else { throw .noSignature }
        let hash = transaction.hashes(of: safe, on: chainID).transaction
        guard let found = signature.signer(of: hash)?.address else { throw .noSignature }
        guard found == signer else { throw .otherSigner(found) }
        return signature
    }

    private func signedTypedData(
        _ method: String,
        _ parameters: [JSONValue]
    ) async throws(RPCFailure) -> [UInt8] {
        try RPCReader(method: method, value: try await call(method, parameters)).bytes()
    }

    private static func text(_ value: JSONValue) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { preconditionFailure("a JSON value is JSON") }
        return String(decoding: data, as: UTF8.self)
    }
}

extension SafeTransaction {
    /// As EIP-712 writes it down; whole numbers as decimal texts, since some are larger than JSON's.
    func typedData(of safe: Address, on chainID: ChainID) -> JSONValue {
        func fields(_ all: [(String, String)]) -> JSONValue {
            .array(all.map { .object(["name": .string($0.0), "type": .string($0.1)]) })
        }
        return .object([
            "domain": .object([
                "chainId": .string(chainID.description), "verifyingContract": .string(safe.description),
            ]),
            "message": .object([
                "baseGas": .string("0"),
                "data": .string(Hex.prefixed(data)),
                "gasPrice": .string("0"),
                "gasToken": .string(Address.zero.description),
                "nonce": .string("\(nonce)"),
                "operation": .string("\(operation.rawValue)"),
                "refundReceiver": .string(Address.zero.description),
                "safeTxGas": .string("0"),
                "to": .string(to.description),
                "value": .string(value.description),
            ]),
            "primaryType": .string("SafeTx"),
            "types": .object([
                "EIP712Domain": fields([("chainId", "uint256"), ("verifyingContract", "address")]),
                "SafeTx": fields([
                    ("to", "address"), ("value", "uint256"), ("data", "bytes"), ("operation", "uint8"),
                    ("safeTxGas", "uint256"), ("baseGas", "uint256"), ("gasPrice", "uint256"),
                    ("gasToken", "address"), ("refundReceiver", "address"), ("nonce", "uint256"),
                ]),
            ]),
        ])
    }
}
