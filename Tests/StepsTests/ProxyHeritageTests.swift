import Foundation
import Model
import Testing

@testable import Steps

/// Private variables of one name in several contracts that a contract inherits from.
@Suite struct ProxyHeritageTests {
    let layouts: ProxyLayoutTests

    init() throws { layouts = try ProxyLayoutTests() }

    private func conflicts(_ before: String, _ after: String) async throws -> [String] {
        try await layouts.layout(of: before).conflicts(upgradingTo: try await layouts.layout(of: after))
            .map { "\($0.kind): \($0)" }
    }

    /// Contracts that have a `uint256 private x` each.
    private static func bases(_ names: String...) -> String {
        names.map { "contract \($0) { uint256 private x; }\n" }.joined()
    }

    private static let ab = bases("A", "B") + "contract Vault is A, B {}"

    @Test func basesThatChangePlacesAreSeen() async throws {
        let swapped = [
            "redeclared: 'x' at slot 0 was that of A, which is at slot 1 now, and is that of B",
            "redeclared: 'x' at slot 1 was that of B, which is at slot 0 now, and is that of A",
        ]
        let after = Self.bases("A", "B") + "contract Vault is B, A {}"
        #expect(try await conflicts(Self.ab, after) == swapped)
        #expect(try await conflicts(Self.ab, Self.ab) == [])
        let shown = "contract A { uint256 public x; }\n" + Self.bases("B")
        #expect(
            try await conflicts(shown + "contract Vault is A, B {}", shown + "contract Vault is B, A {}")
                == swapped)
        let packed = Self.bases("A", "B").replacing("uint256", with: "uint64")
        #expect(
            try await conflicts(packed + "contract Vault is A, B {}", packed + "contract Vault is B, A {}")
                == [
                    "redeclared: 'x' at slot 0 was that of A, which is at slot 0, byte 8 now, and is that of B",
                    "redeclared: 'x' at slot 0, byte 8 was that of B, which is at slot 0 now, and is that of A",
                ])
        let three = Self.bases("A", "B", "D")
        #expect(
            try await conflicts(
                three + "contract Vault is A, B, D {}", three + "contract Vault is A, D, B {}"
            ).count == 2)
    }

    @Test func aBaseInFrontOrOneThatIsGoneIsSeen() async throws {
        let one = Self.bases("A") + "contract Vault is A {}"
        #expect(
            try await conflicts(one, Self.bases("A", "B") + "contract Vault is B, A {}")
                == ["redeclared: 'x' at slot 0 was that of A, which is at slot 1 now, and is that of B"])
        #expect(
            try await conflicts(Self.ab, Self.bases("B") + "contract Vault is B {}") == [
                "redeclared: 'x' at slot 0 was that of A and is that of B",
                "moved: 'x' at slot 1 moved to slot 0",
            ])
        #expect(
            try await conflicts(Self.ab, Self.bases("B", "D") + "contract Vault is B, D {}") == [
                "redeclared: 'x' at slot 0 was that of A and is that of B",
                "redeclared: 'x' at slot 1 was that of B, which is at slot 0 now, and is that of D",
            ])
        #expect(try await conflicts(one, Self.ab) == [])
    }

    @Test func aContractMayBeCalledOtherwiseWhereNoOtherIsMeant() async throws {
        #expect(try await conflicts(Self.ab, Self.bases("Base", "B") + "contract Vault is Base, B {}") == [])
        #expect(
            try await conflicts(
                Self.bases("A") + "contract Vault is A {}", Self.bases("Base") + "contract Vault is Base {}")
                == [])
        #expect(
            try await conflicts(Self.ab, Self.bases("C", "D") + "contract Vault is C, D {}") == [
                "redeclared: 'x' at slot 0 was that of A and is that of C",
                "redeclared: 'x' at slot 1 was that of B and is that of D",
            ])
    }

    @Test func aVariableMayMoveIntoABase() async throws {
        #expect(
            try await conflicts(
                "contract Vault { uint256 private x; }", Self.bases("Base") + "contract Vault is Base {}")
                == [])
        #expect(
            try await conflicts(
                Self.bases("A") + "contract Vault is A { uint256 private x; }",
                Self.bases("A", "Base") + "contract Vault is A, Base {}") == [])
    }

    @Test func formerNamesAreThoseOfTheSameContract() async throws {
        let named = """
            contract A { /// @custom:oz-renamed-from x
            uint256 private a; }
            contract B { /// @custom:oz-renamed-from x
            uint256 private b; }

            """
        #expect(try await conflicts(Self.ab, named + "contract Vault is A, B {}") == [])
        #expect(
            try await conflicts(Self.ab, named + "contract Vault is B, A {}") == [
                "redeclared: 'x' at slot 0 was that of A, which is at slot 1 now, and is that of B",
                "redeclared: 'x' at slot 1 was that of B, which is at slot 0 now, and is that of A",
            ])
        let again = """
            contract A { /// @custom:oz-renamed-from x
            uint256 private a; }

            """
        #expect(
            try await conflicts(
                again + Self.bases("B") + "contract Vault is A, B {}",
                again + Self.bases("Base") + "contract Vault is A, Base {}") == [])
    }

    @Test func gapsOfOneNameMayShrink() async throws {
        func source(_ more: String, _ room: Int) -> String {
            """
            contract A { uint256 a; \(more) uint256[\(room)] private __gap; }
            contract B { uint256 b; uint256[3] private __gap; }
            contract Vault is A, B {}
            """
        }
        #expect(try await conflicts(source("", 3), source("uint128 c; uint128 d;", 2)) == [])
        #expect(
            try await conflicts(source("", 3), source("uint128 c;", 1))
                == ["moved: 'b' at slot 4 moved to slot 3"])
    }

    /// Contracts of one name in two files.
    private func twice(_ heritage: String, in folder: String = "") throws -> String {
        for part in ["one", "two"] {
            _ = try layouts.bench.add("\(folder)\(part).sol", Self.bases("A"))
        }
        return """
            import {A as A1} from "./\(folder)one.sol";
            import {A as A2} from "./\(folder)two.sol";
            contract Vault is \(heritage) {}
            """
    }

    @Test func filesTellContractsOfOneNameApart() async throws {
        let both = try twice("A1, A2")
        #expect(try await conflicts(both, both) == [])
        #expect(
            try await conflicts(both, try twice("A2, A1")) == [
                "redeclared: 'x' at slot 0 was that of one.sol:A, which is at slot 1 now, and is that of two.sol:A",
                "redeclared: 'x' at slot 1 was that of two.sol:A, which is at slot 0 now, and is that of one.sol:A",
            ])
    }

    @Test func contractsMayMoveToOtherFiles() async throws {
        _ = try layouts.bench.add("parts.sol", Self.bases("A", "B"))
        let apart = #"import "./parts.sol"; contract Vault is A, B {}"#
        #expect(try await conflicts(Self.ab, apart) == [])
        #expect(try await conflicts(apart, Self.ab) == [])
        #expect(try await conflicts(apart, Self.ab.replacing("A, B", with: "B, A")).count == 2)
    }

    @Test func recordsThatDoNotSayWhatDeclaresAVariableGoByItsName() async throws {
        let layout = try await layouts.layout(of: Self.ab)
        #expect(layout.variables.map(\.contract) == ["Vault.sol:A", "Vault.sol:B"])
        let text = String(decoding: layout.json, as: UTF8.self)
            .replacing(/"contract":"Vault.sol:\w",/, with: "")
        let old = try JSONDecoder().decode(StorageLayout.self, from: Data(text.utf8))
        #expect(String(decoding: old.json, as: UTF8.self) == text)
        #expect(old.variables.map(\.contract) == [nil, nil])
        #expect(old.conflicts(upgradingTo: layout) == [])
        #expect(try JSONDecoder().decode(StorageLayout.self, from: layout.json) == layout)
    }
}
