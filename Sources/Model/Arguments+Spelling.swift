import EthereumTypes

extension Interpolated.Reference {
    /// As a manifest writes it, without the braces.
    package var spelling: String {
        switch self {
        case .row(let column): "row.\(column)"
        case .networkName: "network.name"
        case .networkChainID: "network.chainId"
        case .networkValue(let key): "network.values.\(key)"
        case .deploymentAddress(let name, let network):
            "deployments.\(name)\(network.map { "@" + $0 } ?? "").address"
        case .signerAddress(let name): "signers.\(name).address"
        }
    }
}

extension Arguments {
    /// One text for one meaning, with `${…}` where a run fills something in: what two plans are compared by.
    package var spelling: String {
        switch self {
        case .positional(let items): Argument.spelling(items)
        case .named(let fields): Argument.spelling(fields)
        }
    }
}

extension CallSpec.Unless {
    /// `fee() equals "25"`: what two plans are compared by.
    package var spelling: String { "\(read.value) equals \(equals.spelling)" }
}

extension CreationSpec {
    /// What two plans are compared by; nil where there are none.
    package var librariesSpelling: String? {
        guard !libraries.isEmpty else { return nil }
        let fields = libraries.map { Argument.Field(name: $0.name.value, value: .text($0.address)) }
        return Arguments.named(fields).spelling
    }

    /// The factory and the salt's text; nil where there is none.
    package var saltSpelling: String? {
        salt.map { "\($0.factory.rawValue) \(Arguments.positional([.text($0.text)]).spelling)" }
    }
}

extension Argument {
    fileprivate static func spelling(_ items: [Argument]) -> String {
        "[\(items.map(\.spelling).joined(separator: ", "))]"
    }

    fileprivate static func spelling(_ fields: [Field]) -> String {
        let sorted = fields.sorted { $0.name < $1.name }
        return "{\(sorted.map { "\($0.name): \($0.value.spelling)" }.joined(separator: ", "))}"
    }

    var spelling: String {
        switch self {
        case .text(let text):
            // Quoted, so that no text reads as two.
            "\"" + text.segments.map(\.spelling).joined() + "\""
        case .list(let items, _): Self.spelling(items)
        case .map(let fields, _): Self.spelling(fields)
        }
    }
}

extension Interpolated.Segment {
    fileprivate var spelling: String {
        switch self {
        case .text(let text):
            text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("$", with: "$$")
        case .reference(let reference): "${\(reference.spelling)}"
        }
    }
}
