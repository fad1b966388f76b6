import Engine
import Foundation
import Model
import Testing

@testable import Steps

/// Structs at places that names tell (ERC-7201), of which the compiler gives no layout.
@Suite struct ProxyNamespaceTests {
    let layouts: ProxyLayoutTests

    init() throws { layouts = try ProxyLayoutTests() }

    static let location = "/// @custom:storage-location erc7201:vault.main\n"

    private func conflicts(_ before: String, _ after: String, _ outside: String = "") async throws -> [String]
    {
        let old = try await layouts.layout(before, outside)
        return old.conflicts(upgradingTo: try await layouts.layout(after, outside)).map(\.description)
    }

    /// A type with all that it is made of; what it is within already, by name alone.
    private func words(_ type: Int, _ layout: StorageLayout, within: Set<Int> = []) -> String {
        let shape = layout.types[type]
        guard !within.contains(type) else { return shape.label }
        func inner(_ type: Int?) -> String {
            type.map { words($0, layout, within: within.union([type ?? 0])) } ?? "–"
        }
        let members = (shape.members ?? []).map { "\($0.label) \($0.slot):\($0.offset) \(inner($0.type))" }
        return """
            \(shape.label) \(shape.encoding) \(shape.bytes) [\(inner(shape.base)) \(inner(shape.key)) \
            \(inner(shape.value)) \(members) \(shape.values ?? []) \(shape.underlying ?? "")]
            """
    }

    /// The same struct as a variable, whose layout the compiler gives.
    @Test func theirMembersAreWhereTheCompilerPutsThem() async throws {
        let body = """
            enum Kind { A, B }
            type Price is uint96;
            type Id is bytes5;
            struct Small { uint64 a; bool b; }
            struct Two { bytes32 a; uint8 b; mapping(address => Two[]) more; }
            \(Self.location)
            struct Main {
                bool flag; address who; address payable paid; uint8 small; int96 signed; bytes4 four; bytes32 whole;
                Kind kind; Vault vault; Price price; Id id; uint8 before; Small inside; uint8 behind;
                uint64[3] three; uint8 between; uint96[7] seven; Small[2] smalls; Two[3] twos; uint256[2][3] nested;
                uint8[33][] rows; string text; bytes data; uint24[] list; mapping(address => Small) one;
                mapping(Kind => mapping(Price => Main)) self; mapping(string => uint256[]) byText;
                function(uint256) external returns (bool) outer; function() internal inner; uint8 last;
                address[4] addresses; bytes17[2] wide; bytes16[3] halves; uint8 end;
            }
            """
        let layout = try await layouts.layout(body + "\nuint256 ahead; Main plain; uint256 after_;")
        let namespace = try #require(layout.namespaces.first)
        #expect(layout.namespaces.map(\.id) == ["erc7201:vault.main"])
        let plain = try #require(layout.variables.first { $0.label == "plain" })
        #expect(plain.type != namespace.type)
        #expect(words(namespace.type, layout) == words(plain.type, layout))
        #expect(layout.types[namespace.type].members?.count == 34)
    }

    @Test(arguments: [
        ("struct M { uint256 fee; }", "struct M { uint256 fee; address owner; }", []),
        (
            "struct M { uint256 fee; address owner; }", "struct M { address owner; uint256 fee; }",
            [
                "'M.fee' in erc7201:vault.main moved to slot 1",
                "'M.owner' in erc7201:vault.main moved to slot 0",
            ]
        ),
        (
            "struct M { uint256 fee; }", "struct M { uint128 fee; }",
            ["'M.fee' in erc7201:vault.main was uint256 and is uint128"]
        ),
        (
            "struct M { mapping(address => uint256[2]) fees; }",
            "struct M { mapping(address => uint256[3]) fees; }",
            ["'M.fees[]' in erc7201:vault.main was uint256[2] and is uint256[3]"]
        ),
        (
            "struct M { uint256 fee; }", "struct M { uint256 rate; }",
            ["'M.fee' in erc7201:vault.main is called 'rate' now"]
        ),
        ("struct M { uint256 fee; }", "struct M { /** @custom:oz-renamed-from fee */ uint256 rate; }", []),
        ("struct M { uint256 fee; }", "struct Main { uint256 fee; }", []),
        (
            "struct M { uint256 a; function() internal f; }",
            "struct M { uint256 a; function() internal f; }",
            [
                "'M.f' in erc7201:vault.main holds a function of the old code (function ()), "
                    + "which is none in other code"
            ]
        ),
        (
            "struct M { uint8 a; function() internal f; }",
            "struct M { uint8 a; /// @custom:oz-upgrades-unsafe-allow internal-function-storage\nfunction() internal f; }",
            []
        ),
    ])
    func theyAreComparedAsStructsAre(_ before: String, _ after: String, _ expected: [String]) async throws {
        #expect(try await conflicts(Self.location + before, Self.location + after) == expected)
    }

    @Test func oneThatIsGoneIsNamed() async throws {
        let here = Self.location + "struct M { uint256 fee; }"
        #expect(try await conflicts(here, "uint256 x;") == ["'M' in erc7201:vault.main is gone"])
        #expect(
            try await conflicts(here, here.replacing("vault.main", with: "vault.other"))
                == ["'M' in erc7201:vault.main is gone"])
        #expect(try await conflicts("uint256 x;", "uint256 x;\n" + here) == [])
    }

    @Test func thoseOfContractsThatItInheritsFromCountAndNoOthers() async throws {
        func inherited(_ members: String, _ heritage: String) async throws -> StorageLayout {
            try await layouts.layout(
                of: """
                    contract Base { \(Self.location) struct M { \(members) } }
                    contract Middle is Base {}
                    contract Vault \(heritage) { uint256 x; }
                    """)
        }
        let before = try await inherited("uint256 a;", "is Middle")
        #expect(
            before.conflicts(upgradingTo: try await inherited("int256 a;", "is Middle")).map(\.description)
                == ["'M.a' in erc7201:vault.main was uint256 and is int256"])
        #expect(try await inherited("uint256 a;", "").namespaces == [])
    }

    @Test func allStructsOfOneNamespaceAreCompared() async throws {
        func shared(_ base: String, _ own: String) async throws -> StorageLayout {
            try await layouts.layout(
                of: """
                    contract Base { \(Self.location) struct S { \(base) } }
                    contract Vault is Base { \(Self.location) struct T { \(own) } }
                    """)
        }
        let one = try await shared("uint256 a;", "uint256 a;")
        #expect(one.namespaces.map(\.id) == ["erc7201:vault.main", "erc7201:vault.main"])
        #expect(one.conflicts(upgradingTo: one) == [])
        let longer = try await shared("uint256 a; address b;", "uint256 a;")
        #expect(one.conflicts(upgradingTo: longer) == [])
        #expect(
            longer.conflicts(upgradingTo: one).map(\.description) == [
                "'S.b' in erc7201:vault.main (address) is gone in struct Vault.T",
                "'S.b' in erc7201:vault.main (address) is gone in struct Base.S",
            ])
        #expect(
            one.conflicts(upgradingTo: try await shared("bool a;", "uint256 a;")).map(\.description) == [
                "'T.a' in erc7201:vault.main was uint256 and is bool in struct Base.S",
                "'S.a' in erc7201:vault.main was uint256 and is bool in struct Base.S",
            ])
        let alone = try await layouts.layout(Self.location + "struct T { uint256 a; }")
        #expect(one.conflicts(upgradingTo: alone) == [])
        #expect(
            longer.conflicts(upgradingTo: alone).map(\.description) == [
                "'S.b' in erc7201:vault.main (address) is gone"
            ])
    }

    @Test(arguments: ["uint256[2**200] a;", "uint256[2**57 - 1] a; uint256[2**57 - 1] b;"])
    func oneThatCannotBeCountedIsRefused(_ members: String) async throws {
        let failure = try await #require(throws: StepFailure.self) {
            try await layouts.layout(Self.location + "struct M { uint256 fee; \(members) }")
        }
        #expect(failure.code == "storage-layout")
        #expect(
            failure.message
                == "the struct Vault.M in erc7201:vault.main cannot be counted through: an array in it is too long, "
                + "or a type is not known, so that no upgrade could compare it")
        #expect(
            try await layouts.layout(Self.location + "struct M { uint256[2**56] a; uint8 b; }").namespaces
                .count == 1)
    }

    @Test func recordsWithoutNamespacesAreComparedInTheRest() async throws {
        let body = Self.location + "struct M { uint256 fee; }\nuint256 x;"
        let layout = try await layouts.layout(body)
        let text = String(decoding: layout.json, as: UTF8.self)
            .replacing(/"namespaces":\[.*?\],/, with: "")
        let old = try JSONDecoder().decode(StorageLayout.self, from: Data(text.utf8))
        #expect(old.namespaces == [] && old.variables == layout.variables)
        let changed = try await layouts.layout(Self.location + "struct M { int8 fee; }\nuint8 x;")
        #expect(
            old.conflicts(upgradingTo: changed).map(\.description) == [
                "'x' at slot 0 was uint256 and is uint8"
            ])
        let rebuilt = try JSONDecoder().decode(StorageLayout.self, from: layout.json)
        #expect(rebuilt.namespaces == layout.namespaces)
    }
}
