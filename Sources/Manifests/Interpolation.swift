import Model

/// A text taken apart at its `${…}`.
struct Interpolation {
    enum Segment {
        case text(String)
        /// What is between the braces, and where its `${` starts in the text, in bytes.
        case reference(String, offset: Int, length: Int)
    }

    enum Parsed {
        case variable(String)
        case other(Interpolated.Reference)
    }

    struct Fault: Error {
        let message: String
        let hint: String?
    }

    private(set) var segments: [Segment] = []
    /// Where a `${` has no `}`.
    private(set) var openEnd: Int?

    /// Takes `text` apart; `$${` is a literal `${`.
    init(_ text: String) {
        let bytes = Array(text.utf8)
        var plain: [UInt8] = []
        var index = 0
        func isOpen(_ at: Int) -> Bool {
            at + 1 < bytes.count && bytes[at] == UInt8(ascii: "$") && bytes[at + 1] == UInt8(ascii: "{")
        }
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "$"), isOpen(index + 1) {
                plain += bytes[(index + 1)...(index + 2)]
                index += 3
            } else if isOpen(index) {
                let inner = bytes[(index + 2)...].prefix {
                    $0 != UInt8(ascii: "}") && $0 != UInt8(ascii: "{")
                }
                guard inner.endIndex < bytes.count, bytes[inner.endIndex] == UInt8(ascii: "}") else {
                    openEnd = index
                    break
                }
                if !plain.isEmpty { segments.append(.text(String(decoding: plain, as: UTF8.self))) }
                plain = []
                let length = inner.endIndex + 1 - index
                segments.append(
                    .reference(String(decoding: inner, as: UTF8.self), offset: index, length: length))
                index += length
            } else {
                plain.append(bytes[index])
                index += 1
            }
        }
        if !plain.isEmpty { segments.append(.text(String(decoding: plain, as: UTF8.self))) }
    }

    /// Reads what is between the braces.
    static func parse(_ text: String) throws(Fault) -> Parsed {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let rest = parts.dropFirst().joined(separator: ".")
        switch parts[0] {
        case "var" where !rest.isEmpty: return .variable(rest)
        case "row" where !rest.isEmpty: return .other(.row(column: rest))
        case "network": return .other(try network(parts, text))
        case "signers":
            guard parts.count == 3, parts[2] == "address" else {
                throw fault(text, near: parts.count > 1 ? "signers.\(parts[1]).address" : nil)
            }
            return .other(.signerAddress(name: parts[1]))
        case "deployments": return .other(try deployment(parts, text))
        default: throw fault(text, near: nearRoot(parts))
        }
    }

    private static func network(_ parts: [String], _ text: String) throws(Fault) -> Interpolated.Reference {
        switch parts.dropFirst().first {
        case "name" where parts.count == 2: return .networkName
        case "chainId" where parts.count == 2: return .networkChainID
        case "values" where parts.count == 3 && !parts[2].isEmpty: return .networkValue(key: parts[2])
        default:
            let near = Nearest.match(
                for: parts.dropFirst().first ?? "", among: ["name", "chainId", "values"])
            throw fault(
                text, near: near.map { (["network", $0] + parts.dropFirst(2)).joined(separator: ".") })
        }
    }

    private static func deployment(_ parts: [String], _ text: String) throws(Fault) -> Interpolated.Reference
    {
        guard parts.count == 3, parts[2] == "address", !parts[1].isEmpty else {
            throw fault(text, near: parts.count > 1 ? "deployments.\(parts[1]).address" : nil)
        }
        let halves = parts[1].split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2, halves.allSatisfy({ !$0.isEmpty }) else {
            throw fault(text, near: "deployments.NAME@NETWORK.address")
        }
        return .deploymentAddress(name: halves[0], network: halves.count == 2 ? halves[1] : nil)
    }

    private static func nearRoot(_ parts: [String]) -> String? {
        let roots = ["var", "row", "network", "deployments", "signers"]
        guard let near = Nearest.match(for: parts[0], among: roots), near != parts[0] else { return nil }
        return ([near] + parts.dropFirst()).joined(separator: ".")
    }

    private static func fault(_ text: String, near: String?) -> Fault {
        Fault(
            message: text.isEmpty ? "'${}' names nothing" : "'${\(text)}' is no reference",
            hint: near.map { "did you mean '${\($0)}'?" }
                ?? "there are var.NAME, row.COLUMN, network.name, network.chainId, network.values.KEY, "
                + "deployments.NAME.address and signers.NAME.address; $${ is a literal ${"
        )
    }
}

extension Place {
    /// The place of a part of the scalar that starts here, where the scalar spells it in one line without escapes.
    func inside(offset: Int, length: Int, of text: String) -> Place {
        let written = source.line(line).dropFirst(column - 1)
        let isQuoted = written.first == UInt8(ascii: "\"") || written.first == UInt8(ascii: "'")
        let skip = offset + (isQuoted ? 1 : 0)
        let part = text.utf8.dropFirst(offset).prefix(length)
        guard written.dropFirst(skip).starts(with: part) else { return self }
        return Place(source: source, line: line, column: column + skip, length: length)
    }
}
