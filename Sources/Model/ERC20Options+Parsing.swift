extension ERC20Options {
    /// Checks what a manifest says and makes the choices that it implies.
    ///
    /// All problems are reported, each at the option it is about; `location` is the template's own, for what is missing.
    /// The options are nil exactly where a diagnostic is an error.
    ///
    /// - An amount is written in whole tokens and kept in base units.
    /// - `mintable` without `access` implies `ownable`, which a note says; with `access: false` it is refused, since
    ///   everyone could mint.
    /// - What is allowed but does nothing (`access` with nothing to guard, `cap` without `mintable`) is a note, a token
    ///   that can never exist is a warning.
    package static func parse(
        _ options: [TemplateOption],
        location: FileLocation
    ) -> (options: ERC20Options?, diagnostics: [Diagnostic]) {
        var reader = ERC20OptionReader(options, location: location)
        let read = reader.read()
        let isWrong = reader.diagnostics.contains { $0.severity == .error }
        return (isWrong ? nil : read, reader.diagnostics)
    }
}

/// Reads the options of one template, one problem at a time.
private struct ERC20OptionReader {
    private enum Option: String, CaseIterable {
        case name, symbol, decimals, premint, cap, mintable, burnable, access
    }

    /// What the field's contract wizard has and this version does not.
    private static let unavailable: Set = [
        "pausable", "permit", "votes", "flashmint", "upgradeable", "license",
    ]

    private let location: FileLocation
    private var given: [Option: (name: Located<String>, value: Interpolated)] = [:]
    private(set) var diagnostics: [Diagnostic] = []

    init(_ options: [TemplateOption], location: FileLocation) {
        self.location = location
        for option in options { take(option) }
    }

    mutating func read() -> ERC20Options {
        let name = text(.name)
        let symbol = text(.symbol)
        let decimals = decimals()
        let premint = amount(.premint, decimals: decimals)
        let cap = amount(.cap, decimals: decimals)
        let mintable = flag(.mintable)
        let burnable = flag(.burnable)
        checkSupply(premint: premint, cap: cap, mintable: mintable)
        return ERC20Options(
            name: name ?? "",
            symbol: symbol ?? "",
            decimals: decimals ?? 18,
            premint: premint?.digits ?? "0",
            cap: cap?.digits,
            mintable: mintable ?? false,
            burnable: burnable ?? false,
            access: access(mintable: mintable) ?? .none
        )
    }

    private mutating func take(_ option: TemplateOption) {
        let name = option.name.value
        guard let known = Option(rawValue: name) else {
            reportUnknown(option.name)
            return
        }
        if let first = given[known] {
            diagnostics.append(
                .error(
                    "duplicate-option", "option '\(name)' is given twice", at: option.name.location,
                    hint: "it is given at \(first.name.location) already"))
            return
        }
        given[known] = (option.name, option.value)
    }

    private mutating func reportUnknown(_ name: Located<String>) {
        let shown = name.value.plainForTerminal
        guard !Self.unavailable.contains(name.value) else {
            diagnostics.append(
                .error(
                    "unavailable-option",
                    "option '\(shown)' of template 'erc20' is not available in this version",
                    at: name.location,
                    hint: "leave it out, or write the contract by hand and name it with 'source'"))
            return
        }
        let names = Option.allCases.map(\.rawValue)
        let hint =
            Nearest.match(for: name.value, among: names).map { "did you mean '\($0)'?" }
            ?? "the options are \(names.joined(separator: ", "))"
        diagnostics.append(
            .error(
                "unknown-option", "template 'erc20' has no option '\(shown)'", at: name.location, hint: hint)
        )
    }

    // MARK: Values

    /// The option's text; nil where it was not given or cannot be known when the source is written.
    private mutating func written(_ option: Option) -> String? {
        guard let value = given[option]?.value else { return nil }
        guard let text = value.text else {
            report(
                "bad-option", option, "option '\(option.rawValue)' reads what is known only at deployment",
                hint: "the options of a template can read variables and, in a set, the columns of its rows")
            return nil
        }
        return text
    }

    private mutating func text(_ option: Option) -> String? {
        guard given[option] != nil else {
            diagnostics.append(
                .error(
                    "missing-option", "template 'erc20' needs the option '\(option.rawValue)'", at: location,
                    hint: "add it to 'options'"))
            return nil
        }
        guard let text = written(option) else { return nil }
        guard let problem = Self.problem(ofLabel: text) else { return text }
        report(
            "bad-option", option,
            "'\(text.plainForTerminal)' cannot be a token's \(option.rawValue): \(problem)",
            hint: "use 1 to 64 visible characters, with plain spaces between words only")
        return nil
    }

    private mutating func decimals() -> Int? {
        guard given[.decimals] != nil else { return 18 }
        guard let text = written(.decimals) else { return nil }
        let isPlain = (1...2).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
        guard isPlain, let number = Int(text), number <= 36 else {
            report(
                "bad-option", .decimals, "decimals must be a whole number from 0 to 36, not \(quoted(text))",
                hint: "nearly every token has 18")
            return nil
        }
        return number
    }

    /// The amount in base units; nil where it was not given, is wrong or `decimals` is.
    private mutating func amount(_ option: Option, decimals: Int?) -> TokenAmount? {
        guard let text = written(option) else { return nil }
        do throws(TokenAmount.Problem) {
            let amount = try TokenAmount(wholeTokens: text, decimals: decimals ?? 18)
            return decimals == nil ? nil : amount
        } catch {
            // Without the decimals only the form can be judged.
            guard decimals != nil || error == .malformed else { return nil }
            let (problem, hint) = Self.explain(error, decimals: decimals ?? 18)
            report("bad-option", option, "\(option.rawValue) \(quoted(text)) \(problem)", hint: hint)
            return nil
        }
    }

    private mutating func flag(_ option: Option) -> Bool? {
        guard given[option] != nil else { return false }
        guard let text = written(option) else { return nil }
        switch text {
        case "true": return true
        case "false": return false
        default:
            report("bad-option", option, "\(option.rawValue) must be true or false, not \(quoted(text))")
            return nil
        }
    }

    // MARK: Options together

    private mutating func access(mintable: Bool?) -> ERC20Options.Access? {
        guard given[.access] != nil else {
            guard mintable == true else { return ERC20Options.Access.none }
            report(
                "implied-option", .mintable, "mintable implies access: ownable, since somebody must mint",
                severity: .note, hint: "write 'access: ownable' or 'access: roles' to choose")
            return .ownable
        }
        guard let text = written(.access) else { return nil }
        let choices: [String: ERC20Options.Access] = ["false": .none, "ownable": .ownable, "roles": .roles]
        guard let access = choices[text] else {
            report("bad-option", .access, "access must be false, ownable or roles, not \(quoted(text))")
            return nil
        }
        if access == .none, mintable == true {
            report(
                "conflicting-option", .access,
                "access: false conflicts with mintable: true: everyone could mint",
                hint: "use 'access: ownable' or 'access: roles', or leave 'mintable' out")
        } else if access != .none, mintable == false {
            report(
                "idle-option", .access, "access: \(text) guards nothing, since the token is not mintable",
                severity: .note,
                hint: "leave it out unless somebody is to be named as responsible for the token")
        }
        return access
    }

    private mutating func checkSupply(premint: TokenAmount?, cap: TokenAmount?, mintable: Bool?) {
        if let cap {
            if cap.isZero {
                report("bad-option", .cap, "a cap must be more than 0", hint: "leave it out for no limit")
            } else if let premint, cap < premint {
                report(
                    "conflicting-option", .cap,
                    "the cap is below the premint (\(cap.digits) < \(premint.digits) base units)",
                    hint: "raise 'cap' or lower 'premint'")
            } else if mintable == false {
                report(
                    "idle-option", .cap, "cap limits nothing, since the token is not mintable",
                    severity: .note, hint: "the supply can never be more than 'premint'")
            }
        }
        let isEmpty = premint?.isZero ?? (given[.premint] == nil)
        if isEmpty, mintable == false {
            report(
                "empty-token", given[.premint] == nil ? .name : .premint,
                "no unit of this token can ever exist: it has no premint and is not mintable",
                severity: .warning, hint: "give a 'premint' or set 'mintable: true'")
        }
    }

    // MARK: Words

    private mutating func report(
        _ code: String,
        _ option: Option,
        _ message: String,
        severity: Diagnostic.Severity = .error,
        hint: String? = nil
    ) {
        let place = given[option]?.value.location ?? location
        diagnostics.append(Diagnostic(severity, code, message, at: place, hint: hint))
    }

    private func quoted(_ text: String) -> String { text.isEmpty ? "nothing" : "'\(text.plainForTerminal)'" }

    private static func explain(_ problem: TokenAmount.Problem, decimals: Int) -> (String, hint: String) {
        switch problem {
        case .malformed:
            ("is not an amount", "write whole tokens as 1000000, 0.5 or 1e6, without signs and separators")
        case .tooManyPlaces:
            ("has more places than the token's \(decimals) decimals", "round it, or raise 'decimals'")
        case .tooLarge:
            ("is more than a uint256 holds at \(decimals) decimals", "amounts are in whole tokens")
        }
    }

    /// What keeps a text from being a name that a person can read and compare.
    private static func problem(ofLabel text: String) -> String? {
        let scalars = text.unicodeScalars
        if scalars.isEmpty { return "it is empty" }
        if scalars.count > 64 { return "it has \(scalars.count) characters" }
        if scalars.first == " " || scalars.last == " " { return "it begins or ends with a space" }
        guard let bad = scalars.first(where: { !isVisible($0) }) else { return nil }
        let number = String(bad.value, radix: 16, uppercase: true)
        return
            "it holds the invisible character U+\(String(repeating: "0", count: max(0, 4 - number.count)))\(number)"
    }

    /// Refuses what cannot be seen or reorders what can be: control, format and ignorable characters, odd spaces.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        // Variation selectors choose the look of the emoji ahead of them.
        if scalar == " " || scalar == "\u{fe0e}" || scalar == "\u{fe0f}" { return true }
        guard !scalar.properties.isDefaultIgnorableCodePoint else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default:
            return true
        }
    }
}
