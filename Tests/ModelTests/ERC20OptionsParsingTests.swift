import Testing

@testable import Model

@Suite struct ERC20OptionsParsingTests {
    let template = FileLocation(file: "m.yaml", line: 4, column: 5)

    /// Options one to a line from line 5 on, values in column 20.
    private func parse(_ pairs: KeyValuePairs<String, String>) -> (ERC20Options?, [String]) {
        let options = pairs.enumerated().map { index, pair in
            TemplateOption(
                name: Located(pair.key, at: FileLocation(file: "m.yaml", line: 5 + index, column: 7)),
                value: Interpolated(
                    text: pair.value, at: FileLocation(file: "m.yaml", line: 5 + index, column: 20)))
        }
        let parsed = ERC20Options.parse(options, location: template)
        return (
            parsed.options,
            parsed.diagnostics.map { "\($0.location?.description ?? "-") \($0.severity) \($0.code)" }
        )
    }

    @Test func readsEveryOptionAndScalesAmounts() {
        let (options, said) = parse([
            "name": "Gold", "symbol": "GLD", "decimals": "6", "premint": "1.5e3", "cap": "2000",
            "mintable": "true",
            "burnable": "true", "access": "roles",
        ])
        #expect(
            options
                == ERC20Options(
                    name: "Gold", symbol: "GLD", decimals: 6, premint: "1500000000", cap: "2000000000",
                    mintable: true, burnable: true, access: .roles))
        #expect(said == [])
    }

    @Test func mintableImpliesAnOwnerAndSaysSo() {
        let (options, said) = parse(["name": "Gold", "symbol": "GLD", "mintable": "true"])
        #expect(options?.access == .ownable)
        #expect(said == ["m.yaml:7:20 note implied-option"])
    }

    @Test func whatDoesNothingIsAllowedAndNamed() {
        let (options, said) = parse([
            "name": "Gold", "symbol": "GLD", "premint": "1", "cap": "1", "access": "ownable",
        ])
        #expect(options?.access == .ownable)
        #expect(said == ["m.yaml:8:20 note idle-option", "m.yaml:9:20 note idle-option"])
        let (empty, warned) = parse(["name": "Gold", "symbol": "GLD"])
        #expect(empty?.premint == "0")
        #expect(warned == ["m.yaml:5:20 warning empty-token"])
    }

    @Test func reportsAllProblemsAtTheirOwnPlace() {
        let (options, said) = parse([
            "name": "", "decimals": "99", "mintabel": "true", "pausable": "false", "burnable": "yes",
            "burnable": "true",
            "access": "owner", "premint": "1,000",
        ])
        #expect(options == nil)
        #expect(
            said == [
                "m.yaml:7:7 error unknown-option", "m.yaml:8:7 error unavailable-option",
                "m.yaml:10:7 error duplicate-option", "m.yaml:5:20 error bad-option",
                "m.yaml:4:5 error missing-option", "m.yaml:6:20 error bad-option",
                "m.yaml:12:20 error bad-option", "m.yaml:9:20 error bad-option",
                "m.yaml:11:20 error bad-option",
            ])
    }

    @Test func refusesConflicts() {
        let (open, said) = parse(["name": "G", "symbol": "G", "mintable": "true", "access": "false"])
        #expect(open == nil)
        #expect(said == ["m.yaml:8:20 error conflicting-option"])
        let (low, alsoSaid) = parse(["name": "G", "symbol": "G", "premint": "10", "cap": "9.99"])
        #expect(low == nil)
        #expect(alsoSaid == ["m.yaml:8:20 error conflicting-option"])
        let (none, lastSaid) = parse(["name": "G", "symbol": "G", "premint": "10", "cap": "0"])
        #expect(none == nil)
        #expect(lastSaid == ["m.yaml:8:20 error bad-option"])
    }

    @Test func suggestsTheOptionThatWasMeant() {
        let option = TemplateOption(
            name: Located("mintabel", at: template), value: Interpolated(text: "true", at: template))
        let hints = ERC20Options.parse([option], location: template).diagnostics.map(\.hint)
        #expect(hints.first == "did you mean 'mintable'?")
    }

    @Test func refusesWhatIsKnownOnlyLater() {
        let value = Interpolated([.text("C "), .reference(.networkName)], at: template)
        let option = TemplateOption(name: Located("name", at: template), value: value)
        let parsed = ERC20Options.parse([option], location: template)
        #expect(parsed.options == nil)
        #expect(parsed.diagnostics.first?.code == "bad-option")
    }

    @Test(arguments: [
        "a\u{202e}b", "a\nb", "a\u{200b}b", "a\u{a0}b", " a", "a ", "\u{3164}", "\u{2028}", "\u{e000}",
        String(repeating: "a", count: 65),
    ])
    func refusesNamesThatCannotBeSeen(_ name: String) {
        let (options, said) = parse(["name": name, "symbol": "G", "premint": "1"])
        #expect(options == nil)
        #expect(said == ["m.yaml:5:20 error bad-option"])
    }

    @Test(arguments: ["Gold \"24\\k\" */ // @x", "Émeraude 💎", "日本円", String(repeating: "a", count: 64)])
    func acceptsNamesThatCanBeSeen(_ name: String) {
        let (options, said) = parse(["name": name, "symbol": "G", "premint": "1"])
        #expect(options?.name == name)
        #expect(said == [])
    }
}

@Suite struct TokenAmountTests {
    static let largest = "115792089237316195423570985008687907853269984665640564039457584007913129639935"

    @Test(arguments: [
        ("0", 18, "0"), ("007", 2, "700"), (".5", 1, "5"), ("0.50", 1, "5"), ("1.5e1", 0, "15"),
        ("1e77", 0, "1" + zeros(77)),
        (largest, 0, largest), ("0e99999999999999999999", 0, "0"), ("0.001e3", 0, "1"),
    ])
    func scalesToBaseUnits(_ text: String, _ decimals: Int, _ expected: String) throws {
        #expect(try TokenAmount(wholeTokens: text, decimals: decimals).digits == expected)
    }

    @Test(arguments: [
        ("", 18, TokenAmount.Problem.malformed), ("e5", 18, .malformed), (".", 18, .malformed),
        ("1.", 18, .malformed),
        ("1e", 18, .malformed), ("-1", 18, .malformed), ("1_000", 18, .malformed), ("1E3", 18, .malformed),
        ("0x10", 18, .malformed), ("١", 18, .malformed), ("1.25", 1, .tooManyPlaces),
        ("115792089237316195423570985008687907853269984665640564039457584007913129639936", 0, .tooLarge),
        ("1e78", 0, .tooLarge), ("1e60", 18, .tooLarge), ("1e99999999999999999999", 0, .tooLarge),
    ])
    func refusesWhatDoesNotFit(_ text: String, _ decimals: Int, _ problem: TokenAmount.Problem) {
        #expect(throws: problem) { try TokenAmount(wholeTokens: text, decimals: decimals) }
    }

    static func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
}
