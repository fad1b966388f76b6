import Engine
import Foundation
import Model
import Testing

@testable import Steps

/// Layouts that the real compiler gives, before and after a change of the source.
@Suite struct ProxyLayoutTests {
    let bench: CompileBench

    init() throws { bench = try CompileBench() }

    private func layout(_ body: String, _ outside: String = "") async throws -> StorageLayout {
        let action = try bench.add("Vault.sol", "\(outside)\ncontract Vault {\n\(body)\n}")
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
    }

    @Test func aLayoutDoesNotChangeWithTheSourceAroundIt() async throws {
        let body = "enum Kind { A, B }\nstruct P { Kind kind; uint96 x; }\nmapping(uint256 => P) ps; P[] all;"
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
    ])
    func realLayoutsAreCompared(_ before: String, _ after: String, _ expected: [String]) async throws {
        #expect(try await conflicts(before, after) == expected)
    }
}
