/// Text with references that are not all known yet.
package struct Interpolated: Hashable, Sendable {
    /// What a `${…}` names.
    package enum Reference: Hashable, Sendable {
        /// `row.COLUMN`, known when a set's rows are.
        case row(column: String)
        /// `network.name`, known when the deployment's network is.
        case networkName
        case networkChainID
        /// `network.values.KEY`.
        case networkValue(key: String)
        /// `deployments.NAME.address`, on the same network unless `NAME@NETWORK`; known when it is deployed.
        case deploymentAddress(name: String, network: String?)
        /// `signers.NAME.address`, known when its key may be read.
        case signerAddress(name: String)
    }

    package enum Segment: Hashable, Sendable {
        case text(String)
        case reference(Reference)
    }

    package let segments: [Segment]
    package let location: FileLocation

    package init(_ segments: [Segment], at location: FileLocation) {
        self.segments = segments
        self.location = location
    }

    package init(text: String, at location: FileLocation) {
        self.init([.text(text)], at: location)
    }

    /// The text, where nothing is left to be known.
    package var text: String? {
        var whole = ""
        for segment in segments {
            guard case .text(let part) = segment else { return nil }
            whole += part
        }
        return whole
    }

    package var references: [Reference] {
        segments.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
    }

    /// The same with every reference that `resolve` knows replaced.
    ///
    /// A replacement may itself hold references; those it brings are resolved in the next pass, not in this one.
    package func resolving(_ resolve: (Reference) -> Interpolated?) -> Interpolated {
        let resolved = segments.flatMap { segment -> [Segment] in
            guard case .reference(let reference) = segment, let known = resolve(reference) else {
                return [segment]
            }
            return known.segments
        }
        return Interpolated(resolved, at: location)
    }
}

/// A constructor argument, call argument or part of one, as the manifest wrote it.
package indirect enum Argument: Hashable, Sendable {
    case text(Interpolated)
    case list([Argument], FileLocation)
    /// A tuple by component names, in the manifest's order.
    case map([Field], FileLocation)

    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: Argument

        package init(name: String, value: Argument) {
            self.name = name
            self.value = value
        }
    }

    package var location: FileLocation {
        switch self {
        case .text(let text): text.location
        case .list(_, let location), .map(_, let location): location
        }
    }

    package var references: [Interpolated.Reference] {
        switch self {
        case .text(let text): text.references
        case .list(let items, _): items.flatMap(\.references)
        case .map(let fields, _): fields.flatMap(\.value.references)
        }
    }

    /// The same tree with `change` applied to each text.
    package func mapping(_ change: (Interpolated) -> Interpolated) -> Argument {
        switch self {
        case .text(let text): .text(change(text))
        case .list(let items, let location): .list(items.map { $0.mapping(change) }, location)
        case .map(let fields, let location):
            .map(fields.map { Field(name: $0.name, value: $0.value.mapping(change)) }, location)
        }
    }
}
