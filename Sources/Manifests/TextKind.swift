import EthereumTypes
import Model

/// What a text at one place of a manifest must be.
enum TextKind: Sendable {
    /// That text and no other; no references.
    case exactly(String)
    case projectName
    /// A name that something had before; no references.
    case formerName
    /// A path or pattern that is needed before variables are known: no references.
    case literalPath
    /// Text that is not empty.
    case word
    /// Any text, with these references besides variables.
    case template(References)
    case path
    case glob
    /// `path` or `path:Name`.
    case source
    case remapping
    case solc
    case integer(ClosedRange<Int>)
    case integerOr(String, ClosedRange<Int>)
    case boolean
    case oneOf([String])
    case money
    case secret
    /// 40 hexadecimal digits behind 0x.
    case address
    /// A URL or a reference to a secret.
    case endpoint
    /// An address of the web.
    case url
    case environmentName
    case templateName
    /// A signature such as `setFee(uint256)`.
    case function
    /// `tool/rule`.
    case rule
    /// Such as `90s`, `5m` or `2h`.
    case duration
    case name(Noun)

    struct Fault: Error {
        let code: String
        let message: String
        let hint: String?

        init(_ message: String, hint: String? = nil, code: String = "wrong-value") {
            self.code = code
            self.message = message
            self.hint = hint
        }
    }

    /// What may be left in the text besides variables; nil where not even those are allowed.
    var references: References? {
        switch self {
        case .exactly, .projectName, .formerName, .literalPath, .environmentName: nil
        case .template(let references): references
        default: []
        }
    }

    var isSecret: Bool {
        switch self {
        case .secret: true
        default: false
        }
    }

    /// A text that passes, for one that is not known because the environment is not there.
    var placeholder: String {
        switch self {
        case .integer(let range), .integerOr(_, let range): String(range.lowerBound)
        case .boolean: "false"
        case .oneOf(let words): words.first ?? ""
        case .money: "0 wei"
        case .solc: "auto"
        case .secret, .endpoint: "env:UNKNOWN"
        case .url: "https://unknown.invalid"
        case .address: Address.zero.description
        case .function: "unknown()"
        case .rule: "hyperkit/unknown"
        case .duration: "1s"
        case .templateName: "erc20"
        case .source: "unknown.sol"
        case .remapping: "unknown/=unknown/"
        case .name, .exactly, .projectName, .formerName, .literalPath, .word, .template, .path, .glob,
            .environmentName:
            "unknown"
        }
    }

    /// Checks the text itself; names are looked up elsewhere.
    func check(_ text: String) throws(Fault) {
        switch self {
        case .exactly(let wanted): try Self.checkExactly(text, wanted)
        case .projectName, .formerName, .name: try Self.checkName(self, text)
        case .template: break
        case .word, .literalPath, .path, .glob:
            guard !text.isEmpty else { throw Fault("it is empty") }
        case .source: try Self.checkSource(text)
        case .remapping: try Self.checkRemapping(text)
        case .solc: try Self.checkSolc(text)
        case .integer(let range): try Self.checkInteger(text, range, or: nil)
        case .integerOr(let word, let range):
            if text != word { try Self.checkInteger(text, range, or: word) }
        case .boolean:
            guard text != "true", text != "false" else { return }
            throw Fault("'\(text)' is neither true nor false", hint: "only true and false are accepted")
        case .oneOf(let words): try Self.checkChoice(text, words)
        case .money: try Self.checkMoney(text)
        case .secret: _ = try SecretText.parse(text)
        case .address: try Self.checkAddress(text)
        case .endpoint: _ = try SecretText.endpoint(text)
        case .url:
            guard SecretText.isURL(text) else {
                throw Fault("'\(text)' is no address of the web", hint: "write https:// and what follows")
            }
        case .environmentName: try Self.checkEnvironmentName(text)
        case .templateName: try Self.checkTemplate(text)
        case .function: try Self.checkFunction(text)
        case .rule: try Self.checkRule(text)
        case .duration: _ = try DurationText.parse(text)
        }
    }

    private static func checkExactly(_ text: String, _ wanted: String) throws(Fault) {
        guard text != wanted else { return }
        throw Fault("'\(text)' is not \(wanted)", hint: "this hyperkit reads version \(wanted) alone")
    }

    private static func checkName(_ kind: TextKind, _ text: String) throws(Fault) {
        if case .name(.contract) = kind, text.contains("/") { return }
        guard !Name.isValid(text) else { return }
        throw Fault("'\(text)' is not a name", hint: Self.nameRule, code: "name")
    }

    static let nameRule = "a name is a letter, then letters, digits, '_' and '-', 100 at most"

    private static func checkSource(_ text: String) throws(Fault) {
        let path = SourceReference.path(text)
        if path.hasSuffix(".vy") { throw Fault("Vyper is not available in this version of hyperkit") }
        guard path.hasSuffix(".sol") else {
            throw Fault("'\(text)' is no Solidity file", hint: "write path.sol or path.sol:Name")
        }
        guard let name = SourceReference.contract(text) else { return }
        guard isIdentifier(name) else { throw Fault("'\(name)' is not a contract's name") }
    }

    private static func checkRemapping(_ text: String) throws(Fault) {
        guard Remapping(text) == nil else { return }
        throw Fault("'\(text)' is no remapping", hint: "write [context:]prefix=target, such as @oz/=lib/oz/")
    }

    private static func checkSolc(_ text: String) throws(Fault) {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        let isVersion =
            numbers.count == 3 && numbers.allSatisfy { Int($0) != nil && $0.utf8.allSatisfy(\.isDigit) }
        guard text != "auto", !isVersion, !text.contains("/") else { return }
        throw Fault(
            "'\(text)' is no exact version of solc",
            hint: "write one such as 0.8.29, or auto, or a path with a '/'"
        )
    }

    private static func checkInteger(
        _ text: String,
        _ range: ClosedRange<Int>,
        or word: String?
    ) throws(Fault) {
        let isPlain =
            !text.isEmpty && text.utf8.allSatisfy(\.isDigit) && (text == "0" || !text.hasPrefix("0"))
        if isPlain, let number = Int(text), range.contains(number) { return }
        let most = range.upperBound == .max ? "" : " to \(range.upperBound)"
        let alternative = word.map { " or \($0)" } ?? ""
        throw Fault(
            "'\(text)' is not a whole number from \(range.lowerBound)\(most)\(alternative)",
            hint: "digits alone are accepted, without a sign, spaces or '_'"
        )
    }

    private static func checkChoice(_ text: String, _ words: [String]) throws(Fault) {
        guard !words.contains(text) else { return }
        let near = Nearest.match(for: text, among: words)
        let all = words.joined(separator: ", ")
        throw Fault(
            words.count == 1 ? "'\(text)' is not \(all)" : "'\(text)' is none of \(all)",
            hint: near.map { "did you mean '\($0)'?" }
        )
    }

    private static func checkMoney(_ text: String) throws(Fault) {
        do {
            _ = try Wei(text)
        } catch {
            let examples = "write an amount and a unit: 0.05 ether, 30 gwei or 100 wei"
            switch error {
            case .malformed: throw Fault("'\(text)' is no amount", hint: examples)
            case .unknownUnit(let unit): throw Fault("'\(unit)' is no unit of money", hint: examples)
            case .tooPrecise: throw Fault("'\(text)' is less than a wei exactly", hint: examples)
            case .tooLarge: throw Fault("'\(text)' is more than any chain has", hint: examples)
            }
        }
    }

    private static func checkAddress(_ text: String) throws(Fault) {
        if let fault = AddressText.fault(of: text) {
            throw Fault(fault.message, hint: fault.hint, code: "address")
        }
        guard (try? Address(text)) == nil else { return }
        throw Fault("'\(text)' is no address", hint: "write 0x and 40 hexadecimal digits", code: "address")
    }

    private static func checkEnvironmentName(_ text: String) throws(Fault) {
        let isName = text.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == 95 }
        guard text.isEmpty || !isName || text.utf8.first.map(\.isDigit) == true else { return }
        throw Fault("'\(text)' is no name of an environment variable")
    }

    private static func checkTemplate(_ text: String) throws(Fault) {
        guard text != "erc20" else { return }
        let later = ["erc721", "erc1155", "erc4626", "vesting", "timelock", "multisig"]
        if later.contains(text) {
            throw Fault(
                "the template '\(text)' is not available in this version of hyperkit",
                hint: "erc20 is",
                code: "template"
            )
        }
        let near = Nearest.match(for: text, among: ["erc20"] + later)
        throw Fault(
            "there is no template '\(text)'",
            hint: near.map { "did you mean '\($0)'?" } ?? "there is erc20",
            code: "template"
        )
    }

    private static func checkFunction(_ text: String) throws(Fault) {
        if let open = text.firstIndex(of: "("), text.hasSuffix(")"), isIdentifier(text[..<open]) { return }
        let name = isIdentifier(text) ? text : "setFee"
        throw Fault(
            "'\(text)' is no function's signature",
            hint: "write the name with the types of its parameters, such as \(name)(uint256) or \(name)()"
        )
    }

    private static func checkRule(_ text: String) throws(Fault) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else {
            throw Fault("'\(text)' is no rule", hint: "write tool/rule, such as hyperkit/tx-origin")
        }
        guard !Policy.knownTools.contains(String(parts[0])) else { return }
        throw Fault(
            "'\(parts[0])' is no tool of this version of hyperkit",
            hint: "there are \(Policy.knownTools.joined(separator: ", "))"
        )
    }

    static func isIdentifier(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, !first.isDigit else { return false }
        return text.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == 95 || $0 == 36 }
    }
}
