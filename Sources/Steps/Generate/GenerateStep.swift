package import Engine
package import Foundation
package import Model

/// What a generate step stored, by the names of its outputs.
package enum GenerateOutput {
    /// The Solidity text.
    package static let source = "source.sol"
    /// The options it was made of, implied ones included: ``GenerationV1``.
    package static let options = "options.json"
}

/// `options.json`, version 1: sorted keys, amounts in base units as decimal text.
package struct GenerationV1: Codable, Hashable, Sendable {
    package var version = 1
    package var template = "erc20"
    package var templateDigest: Digest
    /// The contract's name in the source.
    package var contract: String
    package var options: ERC20Options

    package init(templateDigest: Digest, contract: String, options: ERC20Options) {
        self.templateDigest = templateDigest
        self.contract = contract
        self.options = options
    }
}

/// Makes the source of one contract from a template: a function of its action.
package enum GenerateStep {
    private static let schema = 1

    package static func fingerprint(_ action: GenerateAction) -> Fingerprint {
        let options = action.options
        var fingerprint = Fingerprint(schema: schema, kind: .generate)
        fingerprint.add("template", "erc20")
        fingerprint.add("template digest", ERC20Template.digest.description)
        fingerprint.add("contract", solidityName(for: action.contract))
        fingerprint.add("option name", options.name)
        fingerprint.add("option symbol", options.symbol)
        fingerprint.add("option decimals", String(options.decimals))
        fingerprint.add("option premint", options.premint)
        fingerprint.add("option cap", options.cap ?? "none")
        fingerprint.add("option mintable", String(options.mintable))
        fingerprint.add("option burnable", String(options.burnable))
        fingerprint.add("option access", options.access.rawValue)
        return fingerprint
    }

    package static func perform(_ action: GenerateAction) -> [Performed.NewOutput] {
        let name = solidityName(for: action.contract)
        let source = ERC20Template.render(options: action.options, contractName: name)
        let record = GenerationV1(
            templateDigest: ERC20Template.digest, contract: name, options: action.options)
        return [
            Performed.NewOutput(name: GenerateOutput.source, bytes: Data(source.utf8)),
            Performed.NewOutput(name: GenerateOutput.options, bytes: canonicalJSON(record)),
        ]
    }

    /// Where the source is written for a reviewer, and its name as a compile unit: relative to the project's root.
    package static func path(for contract: ContractName) -> String { "generated/\(contract.rawValue).sol" }

    /// Whether a file's text says that a template wrote it, so that it may be written over.
    package static func isOurs(_ source: Data) -> Bool {
        String(decoding: source, as: UTF8.self).contains("Written by hyperkit from its")
    }

    /// The contract's name in its source: `Drops17` for `drops/17`, `MyToken` for `my-token`.
    ///
    /// The parts of the manifest's name are joined, each with a capital letter ahead. It can be no keyword, since all
    /// of Solidity's are in lower case; what the template declares itself gets `Token` behind it.
    package static func solidityName(for contract: ContractName) -> String {
        let parts = contract.rawValue.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let name = parts.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        return ERC20Template.reservedNames.contains(name) ? name + "Token" : name
    }

    private static func canonicalJSON(_ record: GenerationV1) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(record)
        } catch {
            preconditionFailure("a generation cannot be written: \(error)")
        }
    }
}
