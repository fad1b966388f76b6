package import EthereumTypes

/// The name of a step, unique within its plan: `compile:Token`, `deploy:token@sepolia`.
package struct StepID: Hashable, Comparable, Sendable {
    package enum Kind: String, CaseIterable, Codable, Sendable {
        case generate, compile, audit, factory, implementation, beacon, proxy, deploy, call, verify, check
    }

    package let kind: Kind
    /// All of it, the kind included.
    package let rawValue: String

    package static func generate(_ contract: ContractName) -> StepID { StepID(.generate, contract.rawValue) }
    package static func compile(_ contract: ContractName) -> StepID { StepID(.compile, contract.rawValue) }
    package static func audit(_ contract: ContractName) -> StepID { StepID(.audit, contract.rawValue) }

    package static func deploy(_ deployment: String, on network: String) -> StepID {
        StepID(.deploy, "\(deployment)@\(network)")
    }

    /// Puts the code behind a deployment's proxy on a network.
    package static func implementation(_ deployment: String, on network: String) -> StepID {
        StepID(.implementation, "\(deployment)@\(network)")
    }

    package static func beacon(_ deployment: String, on network: String) -> StepID {
        StepID(.beacon, "\(deployment)@\(network)")
    }

    /// Puts a deployment's proxy on a network, or has it run other code.
    package static func proxy(_ deployment: String, on network: String) -> StepID {
        StepID(.proxy, "\(deployment)@\(network)")
    }

    package static func call(_ name: String, of deployment: String, on network: String) -> StepID {
        StepID(.call, "\(deployment)@\(network)/\(name)")
    }

    package static func verify(_ deployment: String, on network: String) -> StepID {
        StepID(.verify, "\(deployment)@\(network)")
    }

    package static func check(_ name: String) -> StepID { StepID(.check, name) }

    package static func factory(_ factory: Create2Factory, on network: String) -> StepID {
        StepID(.factory, "\(factory.rawValue)@\(network)")
    }

    private init(_ kind: Kind, _ subject: String) {
        self.kind = kind
        rawValue = "\(kind.rawValue):\(subject)"
    }

    /// Reads what ``rawValue`` wrote; nil where the kind is none of ours or the subject is empty.
    package init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), let kind = Kind(rawValue: String(text[..<colon])) else {
            return nil
        }
        let subject = text[text.index(after: colon)...]
        guard !subject.isEmpty else { return nil }
        self.init(kind, String(subject))
    }

    package static func < (left: StepID, right: StepID) -> Bool { left.rawValue < right.rawValue }

    // The kind is part of the text.
    package func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

    /// What follows the kind.
    package var subject: String { String(rawValue.dropFirst(kind.rawValue.utf8.count + 1)) }
}

extension StepID.Kind {
    /// Whether such a step changes a chain, so that no stored result stands in for it.
    package var isEffect: Bool {
        switch self {
        case .generate, .compile, .audit, .check: false
        case .factory, .implementation, .beacon, .proxy, .deploy, .call, .verify: true
        }
    }
}

extension StepID: CustomStringConvertible {
    package var description: String { rawValue }
}

extension StepID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let step = StepID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no step")
        }
        self = step
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// The name of a contract in a project: `Token`, or `drops/17` for a member of a set.
package struct ContractName: Hashable, Comparable, Sendable {
    package let rawValue: String

    /// A contract that the manifest names.
    package init?(_ name: String) {
        guard Name.isValid(name) else { return nil }
        rawValue = name
    }

    /// A member of a set: letters, digits, `_`, `-` and `.`, at most 100 of them.
    package init?(set: String, member: String) {
        let allowed = member.utf8.allSatisfy { Name.isNameByte($0) || $0 == UInt8(ascii: ".") }
        guard Name.isValid(set), !member.isEmpty, member.utf8.count <= 100, allowed,
            member.contains(where: { $0 != "." })
        else { return nil }
        rawValue = "\(set)/\(member)"
    }

    package static func < (left: ContractName, right: ContractName) -> Bool { left.rawValue < right.rawValue }
}

extension ContractName: CustomStringConvertible {
    package var description: String { rawValue }
}

/// The rule for names in a manifest: `[A-Za-z][A-Za-z0-9_-]*`.
package enum Name {
    package static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return false }
        let isLetter = (65...90).contains(first) || (97...122).contains(first)
        return isLetter && text.utf8.count <= 100 && text.utf8.allSatisfy(isNameByte)
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte) || byte == 95
            || byte == 45
    }
}
