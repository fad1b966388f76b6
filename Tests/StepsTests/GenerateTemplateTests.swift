import Foundation
import Model
import Testing

@testable import Steps

@Suite struct ERC20TemplateTests {
    /// One of every combination of options that can be given.
    static let combinations: [ERC20Options] = {
        var all: [ERC20Options] = []
        for bits in 0..<16 {
            for access in ERC20Options.Access.allCases {
                let options = ERC20Options(
                    name: "Coin", symbol: "CN", premint: bits & 1 == 0 ? "0" : "1000000000000000000000000",
                    cap: bits & 2 == 0 ? nil : "2000000000000000000000000", mintable: bits & 4 != 0,
                    burnable: bits & 8 != 0, access: access)
                if !options.mintable || access != .none { all.append(options) }
            }
        }
        return all
    }()

    @Test(arguments: combinations)
    func writesTidySelfContainedText(_ options: ERC20Options) {
        let source = ERC20Template.render(options: options, contractName: "Coin")
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "// SPDX-License-Identifier: MIT")
        #expect(lines.contains("pragma solidity ^0.8.20;"))
        #expect(source.hasSuffix("}\n"))
        #expect(!source.contains("{{") && !source.contains("import "))
        #expect(lines.filter { $0.last == " " || $0.count > 120 } == [])
        #expect(!source.contains("\n\n\n") && !source.contains("{\n\n") && !source.contains("\n\n    }\n"))
        #expect(source.filter { $0 == "{" }.count == source.filter { $0 == "}" }.count)
    }

    @Test(arguments: combinations)
    func hasExactlyWhatWasAskedFor(_ options: ERC20Options) {
        let source = ERC20Template.render(options: options, contractName: "Coin")
        #expect(source.contains("function mint(") == options.mintable)
        #expect(source.contains("function burn(") == options.burnable)
        #expect(source.contains("function cap()") == (options.cap != nil))
        #expect(source.contains("CapExceeded") == (options.cap != nil && options.mintable))
        #expect(source.contains("INITIAL_SUPPLY") == (options.premint != "0"))
        #expect(source.contains("onlyOwner") == (options.access == .ownable))
        #expect(source.contains("hasRole") == (options.access == .roles))
        #expect(source.contains("MINTER_ROLE") == (options.access == .roles && options.mintable))
    }

    @Test(arguments: combinations)
    func everyErrorEventAndModifierIsUsed(_ options: ERC20Options) {
        let source = ERC20Template.render(options: options, contractName: "Coin")
        for declared in source.matches(of: /(?:error|event|modifier|_?function) (_?\w+)\(/) {
            let name = declared.output.1
            let isEntry = source.contains("function \(name)(") && !name.hasPrefix("_")
            #expect(isEntry || source.ranges(of: "\(name)").count > 1, "\(name) is not used")
        }
    }

    @Test func writesTheGoldenSources() throws {
        try expectGenerated(
            ERC20Options(name: "Coin", symbol: "CN", premint: "1000000000000000000000000"), "Coin")
        try expectGenerated(
            ERC20Options(
                name: "Émeraude \"24\\k\" */", symbol: "E\"", decimals: 6, premint: "1500000",
                cap: "21000000000000", mintable: true, burnable: true, access: .ownable), "Emerald")
        try expectGenerated(
            ERC20Options(
                name: "Points", symbol: "PTS", decimals: 0, mintable: true, burnable: true, access: .roles),
            "Points")
    }

    @Test func declaresEveryReservedName() {
        let sources = Self.combinations.map { ERC20Template.render(options: $0, contractName: "Coin") }
            .joined()
        let declared = Set(
            sources.matches(of: /(?:error|event|modifier|constant|contract) ([A-Z]\w*)/).map {
                String($0.output.1)
            })
        let inReach = declared.filter { !$0.contains("_") }.subtracting(["Coin"])
        #expect(inReach.subtracting(ERC20Template.reservedNames) == [])
    }

    private func expectGenerated(_ options: ERC20Options, _ name: String) throws {
        let text = ERC20Template.render(options: options, contractName: name)
        let url = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "GenerateGolden/\(name).sol")
        let recorded = try? String(contentsOf: url, encoding: .utf8)
        guard recorded != text else { return }
        if ProcessInfo.processInfo.environment["HYPERKIT_RECORD"] != nil {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        #expect(recorded == text, "golden file \(name).sol differs")
    }
}

@Suite struct SolidityTextTests {
    @Test(arguments: [
        ("Coin", #""Coin""#), (#"a"b\c"#, #""a\"b\\c""#), ("é", #"unicode"é""#), ("a\nb", #""a\u000ab""#),
        ("a\u{202e}b", #""a\u202eb""#), ("*/ // @x", #""*/ // @x""#),
    ])
    func quotesText(_ text: String, _ expected: String) {
        #expect(SolidityText.literal(text) == expected)
    }

    @Test(arguments: [
        ("0", 18, "0"), ("1", 18, "1"), ("1000000000000000000000000", 18, "1_000_000e18"),
        ("1500000", 6, "15e5"),
        ("1500000", 18, "15e5"), ("12345", 0, "12_345"), ("21000000", 0, "21e6"), ("1200", 2, "1_200"),
    ])
    func writesNumbersToBeRead(_ digits: String, _ decimals: Int, _ expected: String) {
        #expect(SolidityText.number(digits, decimals: decimals) == expected)
    }
}
