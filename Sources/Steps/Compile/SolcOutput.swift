import EthereumTypes
import Foundation
import Model

/// The part of the compiler's standard JSON output that a compile step looks at.
struct SolcOutput {
    struct Message: Decodable {
        struct Place: Decodable {
            var file: String
            var start: Int
            var end: Int
        }

        var component: String?
        var errorCode: String?
        var formattedMessage: String?
        var message: String
        var severity: String
        var sourceLocation: Place?
        var type: String?
    }

    struct Code: Decodable {
        struct Place: Decodable {
            var start: Int
            var length: Int
        }

        var object: String
        var linkReferences: [String: [String: [Place]]]?
        var immutableReferences: [String: [Place]]?

        /// The bytes, with zeros where a library's address belongs; nil where the text is no code.
        var bytes: [UInt8]? {
            var text = Array(object.utf8)
            for place in (linkReferences ?? [:]).values.flatMap(\.values).joined() {
                let digits = place.start * 2..<(place.start + place.length) * 2
                guard digits.upperBound <= text.count else { return nil }
                text.replaceSubrange(digits, with: repeatElement(UInt8(ascii: "0"), count: digits.count))
            }
            return Hex.decode(String(decoding: text, as: UTF8.self))
        }

        var links: [CompilationV1.Range] {
            ranges((linkReferences ?? [:]).values.flatMap(\.values).joined())
        }

        var immutables: [CompilationV1.Range] { ranges((immutableReferences ?? [:]).values.joined()) }

        private func ranges(_ places: some Sequence<Place>) -> [CompilationV1.Range] {
            places.map { CompilationV1.Range(start: $0.start, length: $0.length) }
                .sorted { ($0.start, $0.length) < ($1.start, $1.length) }
        }
    }

    struct Contract: Decodable {
        struct EVM: Decodable {
            var bytecode: Code
            var deployedBytecode: Code
        }

        var evm: EVM
        var metadata: String?
    }

    private struct Head: Decodable {
        var errors: [Message]?
        var contracts: [String: [String: Contract]]?
    }

    /// The whole output, from its first brace on.
    let bytes: Data
    let messages: [Message]
    private let contracts: [String: [String: Contract]]

    /// Reads what the compiler wrote, less anything ahead of the JSON.
    init(_ written: Data) throws(StepFailure) {
        guard let brace = written.firstIndex(of: UInt8(ascii: "{")) else {
            throw StepFailure(
                code: "compiler-output",
                "the compiler wrote no JSON",
                hint: "'hyperkit toolchain verify' checks the installation"
            )
        }
        bytes = Data(written[brace...])
        do {
            let head = try JSONDecoder().decode(Head.self, from: bytes)
            messages = head.errors ?? []
            contracts = head.contracts ?? [:]
        } catch {
            throw StepFailure(code: "compiler-output", "the compiler's output cannot be read: \(error)")
        }
    }

    func contract(_ name: String, in path: String) -> Contract? { contracts[path]?[name] }

    func names(in path: String) -> [String] { (contracts[path] ?? [:]).keys.sorted() }

    /// Parts of a contract's output as canonical JSON, in the order of `keys`.
    func parts(_ keys: [String], of name: String, in path: String) throws(StepFailure) -> [Data] {
        let whole = try? JSONSerialization.jsonObject(with: bytes) as? [String: Any]
        let files = whole?["contracts"] as? [String: Any]
        let contract = (files?[path] as? [String: Any])?[name] as? [String: Any]
        var parts: [Data] = []
        for key in keys {
            guard let part = contract?[key],
                let text = try? JSONSerialization.data(
                    withJSONObject: part,
                    options: [.sortedKeys, .withoutEscapingSlashes]
                )
            else {
                throw StepFailure(
                    code: "compiler-output",
                    "the compiler gave no '\(key)' for \(name) in \(path)"
                )
            }
            parts.append(text)
        }
        return parts
    }
}
