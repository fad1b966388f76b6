import Engine
import Foundation
import Model
import Testing

@testable import Steps

/// Layouts that the real compiler gives, before and after a change of the source.
@Suite struct ProxyLayoutTests {
    let bench: CompileBench

    init() throws { bench = try CompileBench() }

    func layout(_ body: String, _ outside: String = "") async throws -> StorageLayout {
        try await layout(of: "\(outside)\ncontract Vault {\n\(body)\n}")
    }

    /// Of the contract Vault in a source.
    func layout(of source: String) async throws -> StorageLayout {
        let action = try bench.add("Vault.sol", source)
        let performed = try await bench.step.perform(action, inputs: StepInputs([:]))
        return try StorageLayout(
            compiled: stored(Dictionary(uniqueKeysWithValues: performed.outputs.map { ($0.name, $0.bytes) })))
    }

    private func conflicts(_ before: String, _ after: String) async throws -> [String] {
        try await layout(before).conflicts(upgradingTo: try await layout(after)).map(\.description)
    }

    @Test func readsAllThatSolcSays() async throws {
        let layout = try await layout(
            """
            enum Kind { A, B }
            struct Node { uint128 amount; Kind kind; mapping(uint256 => Node) kids; }
            type Price is uint96;
            address owner;
            mapping(address => Node[]) nodes;
            Node[3] row;
            string name;
            Price price;
            """)
        #expect(layout.variables.map(\.label) == ["owner", "nodes", "row", "name", "price"])
        #expect(layout.variables.map(\.slot) == ["0", "1", "2", "8", "9"])
        let node = try #require(layout.types.first { $0.members != nil })
        #expect(node.members?.map(\.label) == ["amount", "kind", "kids"])
        #expect(node.members?.map(\.offset) == [0, 16, 0])
        #expect(layout.types.first { $0.label.hasPrefix("enum") }?.values == ["A", "B"])
        #expect(layout.types.compactMap(\.underlying) == ["uint96"])
    }

    @Test func aLayoutDoesNotChangeWithTheSourceAroundIt() async throws {
        let body = """
            enum Kind { A, B }
            type Price is uint128;
            struct P { Kind kind; uint96 x; Price price; }
            mapping(uint256 => P) ps; P[] all;
            """
        let plain = try await layout(body)
        let moved = try await layout(
            body + "\nfunction f() external pure returns (uint256) { return 1; }",
            "contract Other { uint256 a; struct Q { uint256 b; } Q q; }")
        #expect(plain == moved)
        #expect(plain.digest == moved.digest)
        #expect(try await layout("uint256 constant a = 1; uint256 immutable b = 2;").variables == [])
    }

    @Test(arguments: [
        ("uint256 a;", "uint256 a; uint256 b;", []),
        (
            "uint256 a; uint256 b;", "uint256 b; uint256 a;",
            ["'a' at slot 0 moved to slot 1", "'b' at slot 1 moved to slot 0"]
        ),
        ("uint256 a; address b;", "uint256 a; uint160 b;", ["'b' at slot 1 was address and is uint160"]),
        ("uint256 a; address b;", "uint256 a;", ["'b' at slot 1 (address) is gone"]),
        ("uint256 a;", "address c; uint256 a;", ["'a' at slot 0 moved to slot 1"]),
        ("address a; uint256 b;", "address a; uint96 c; uint256 b;", []),
        ("uint256 fee;", "uint256 rate;", ["'fee' at slot 0 is called 'rate' now"]),
        ("uint256 fee;", "/// @custom:oz-renamed-from fee\nuint256 rate;", []),
        ("uint256 a; uint256[49] private __gap;", "uint256 a; uint256 b; uint256[48] private __gap;", []),
        (
            "uint256[2] private __gap; uint256 z;", "uint256 a; uint256[2] private __gap; uint256 z;",
            ["'z' at slot 2 moved to slot 3"]
        ),
        ("enum K { A, B } K k;", "enum K { A, B, C } K k;", []),
        (
            "enum K { A, B } K k;", "enum K { Z, A, B } K k;",
            ["'k' at slot 0 was enum Vault.K { A, B } and is { Z, A, B }"]
        ),
        (
            "struct P { uint128 x; } mapping(uint256 => P) ps;",
            "struct P { uint128 x; uint256 y; } mapping(uint256 => P) ps;", []
        ),
        (
            "struct P { uint256 x; uint256 y; } mapping(uint256 => P) ps;",
            "struct P { uint256 x; /// @custom:oz-renamed-from y\nuint256 z; } mapping(uint256 => P) ps;", []
        ),
        (
            "struct P { uint256 x; } P[] ps;", "struct P { uint256 x; uint256 y; } P[] ps;",
            ["'ps[]' at slot 0 is an element of an array and grew from 32 to 64 bytes"]
        ),
        (
            "struct P { uint256 x; } P p; uint256 z;", "struct P { uint256 x; uint256 y; } P p; uint256 z;",
            ["'z' at slot 1 moved to slot 2"]
        ),
        (
            "mapping(address => uint256) m;", "mapping(uint256 => uint256) m;",
            ["'m' at slot 0 was mapping(address => uint256) and is mapping(uint256 => uint256)"]
        ),
        ("bytes32[2] a;", "bytes32[3] a;", ["'a' at slot 0 was bytes32[2] and is bytes32[3]"]),
        ("string s;", "bytes s;", ["'s' at slot 0 was string and is bytes"]),
        (
            "enum K { A, B, C } mapping(uint256 => K[]) ks;", "enum K { A, B } mapping(uint256 => K[]) ks;",
            ["'ks[][]' at slot 0 was enum Vault.K { A, B, C } and is { A, B }"]
        ),
        (
            "struct N { uint256 a; N[] kids; } mapping(uint256 => N) ns;",
            "struct N { uint256 a; N[] kids; uint256 b; } mapping(uint256 => N) ns;",
            ["'ns[].kids[]' at slot 0 is an element of an array and grew from 64 to 96 bytes"]
        ),
        ("Vault v;", "address v;", []),
        ("Vault v;", "uint160 v;", ["'v' at slot 0 was contract Vault and is uint160"]),
        ("uint256 transient t; uint256 a;", "uint256 a;", []),
    ])
    func realLayoutsAreCompared(_ before: String, _ after: String, _ expected: [String]) async throws {
        #expect(try await conflicts(before, after) == expected)
    }

    @Test(arguments: [
        (
            "type Price is uint128; Price p;", "type Price is uint96; Price p;",
            ["'p' at slot 0 was Vault.Price (uint128) and is Vault.Price (uint96)"]
        ),
        (
            "type Price is uint128; Price[] ps;", "type Price is int128; Price[] ps;",
            ["'ps[]' at slot 0 was Vault.Price (uint128) and is Vault.Price (int128)"]
        ),
        (
            "type Who is address; struct P { Who who; } mapping(uint256 => P) ps;",
            "type Who is uint160; struct P { Who who; } mapping(uint256 => P) ps;",
            ["'ps[].who' at slot 0 was Vault.Who (address) and is Vault.Who (uint160)"]
        ),
        (
            "type Price is uint128; mapping(Price => uint256) m;",
            "type Price is int128; mapping(Price => uint256) m;",
            ["'m' at slot 0 has other keys: what was Vault.Price (uint128) and is Vault.Price (int128)"]
        ),
        ("type Price is uint128; Price p;", "type Price is uint128; Price p;", []),
        ("type Price is uint128; Price p;", "type Cost is uint128; Cost p;", []),
        ("uint128 p;", "type Price is uint128; Price p;", []),
        ("type Price is uint128; Price p;", "uint128 p;", []),
        (
            "uint128 p;", "type Price is int128; Price p;",
            ["'p' at slot 0 was uint128 and is Vault.Price (int128)"]
        ),
    ])
    func typesOfTheUsersOwnAreWhatTheyAreOf(_ before: String, _ after: String, _ expected: [String])
        async throws
    {
        #expect(try await conflicts(before, after) == expected)
    }

    @Test func recordsThatDoNotSayWhatTypesAreOfGoByTheirNames() async throws {
        func old(_ body: String) async throws -> StorageLayout {
            let json = String(decoding: try await layout(body).json, as: UTF8.self)
            #expect(json.contains(#","underlying":""#) == body.contains("type "))
            let text = json.replacing(/,"underlying":"\w+"/, with: "")
            return try JSONDecoder().decode(StorageLayout.self, from: Data(text.utf8))
        }
        let price = try await layout("type Price is uint128; Price p; uint256 a;")
        #expect(
            try await old("type Price is uint128; Price p; uint256 a;").conflicts(upgradingTo: price) == [])
        #expect(
            try await old("type Cost is uint128; Cost p; uint256 a;").conflicts(upgradingTo: price)
                .map(\.description) == ["'p' at slot 0 was Vault.Cost and is Vault.Price (uint128)"])
        #expect(
            try await old("type Price is uint96; Price p; uint256 a;").conflicts(upgradingTo: price)
                .map(\.description) == ["'p' at slot 0 was Vault.Price and is Vault.Price (uint128)"])
        #expect(try await old("uint128 p; uint256 a;").conflicts(upgradingTo: price) == [])
        let plain = try await layout("uint128 p; uint256 a;")
        #expect(try await old("uint128 p; uint256 a;") == plain)
    }

    static let anew =
        "/// @custom:oz-upgrades-unsafe-allow constructor internal-function-storage\n/// @custom:other words\n"

    @Test(arguments: [
        (
            "uint256 a; function() internal f;", "uint256 a; function() internal f;",
            ["'f' at slot 1 holds a function of the old code (function ()), which is none in other code"]
        ),
        (
            "struct P { uint256 a; function(uint256) view returns (bool) h; } mapping(uint256 => P[2]) ps;",
            "struct P { uint256 a; function(uint256) view returns (bool) h; } mapping(uint256 => P[2]) ps;",
            [
                "'ps[][].h' at slot 0 holds a function of the old code "
                    + "(function (uint256) view returns (bool)), which is none in other code"
            ]
        ),
        ("function() external f;", "function() external f;", []),
        ("function() internal f;", "\(anew)function() internal f;", []),
        ("function() internal f;", "function() internal g;", ["'f' at slot 0 is called 'g' now"]),
        (
            "function() internal f;", "\(anew)function() view f;",
            ["'f' at slot 0 was function () and is function () view"]
        ),
        (
            "struct P { function() internal f; } P[] ps;",
            "struct P { function() internal f; uint256 a; }\n\(anew)P[] ps;",
            ["'ps[]' at slot 0 is an element of an array and grew from 32 to 64 bytes"]
        ),
    ])
    func functionsOfTheOldCodeAreNone(_ before: String, _ after: String, _ expected: [String]) async throws {
        #expect(try await conflicts(before, after) == expected)
    }
}
