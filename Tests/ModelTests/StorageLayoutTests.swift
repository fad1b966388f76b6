import Foundation
import Model
import Testing

/// What may take the place of what, on layouts made by hand; `StepsTests` makes the same of real code.
@Suite struct StorageLayoutTests {
    typealias Variable = StorageLayout.Variable
    typealias Shape = StorageLayout.Shape

    static let number = Shape(label: "uint256", encoding: "inplace", bytes: "32")
    static let half = Shape(label: "uint128", encoding: "inplace", bytes: "16")
    static let address = Shape(label: "address", encoding: "inplace", bytes: "20")

    static func variable(_ label: String, _ slot: Int, _ type: Int = 0, byte: Int = 0, was: String? = nil)
        -> Variable
    {
        Variable(label: label, slot: "\(slot)", offset: byte, type: type, formerName: was)
    }

    /// Variables of the types uint256 (0), uint128 (1), address (2), then `more`.
    static func layout(_ variables: [Variable], _ more: [Shape] = []) throws -> StorageLayout {
        try #require(StorageLayout(variables: variables, types: [number, half, address] + more))
    }

    func conflicts(_ before: StorageLayout, _ after: StorageLayout) -> [String] {
        before.conflicts(upgradingTo: after).map { "\($0.kind.rawValue): \($0)" }
    }

    func conflicts(_ before: [Variable], _ after: [Variable], _ more: [Shape] = []) throws -> [String] {
        conflicts(try Self.layout(before, more), try Self.layout(after, more))
    }

    @Test func theSameAndWhatIsAppendedFits() throws {
        let before = [Self.variable("owner", 0, 2), Self.variable("fee", 1)]
        #expect(try conflicts(before, before) == [])
        #expect(try conflicts(before, before + [Self.variable("more", 2)]) == [])
        #expect(try conflicts([], before) == [])
    }

    @Test func bytesThatNothingUsedMayBeUsed() throws {
        let before = [Self.variable("owner", 0, 2), Self.variable("fee", 1)]
        let small = Shape(label: "uint64", encoding: "inplace", bytes: "8")
        let after = [before[0], Self.variable("nonce", 0, 3, byte: 20), before[1]]
        #expect(try conflicts(before, after, [small]) == [])
    }

    @Test func whatIsRemovedIsNamedWithItsSlot() throws {
        let before = [Self.variable("owner", 0, 2), Self.variable("fee", 1)]
        #expect(try conflicts(before, [before[0]]) == ["removed: 'fee' at slot 1 (uint256) is gone"])
        #expect(
            try conflicts(before, [before[0], Self.variable("admin", 1, 2)])
                == ["removed: 'fee' at slot 1 (uint256) is gone: 'admin' (address) is there now"])
    }

    @Test func whatIsInsertedMovesTheRest() throws {
        let before = [Self.variable("owner", 0, 2), Self.variable("fee", 1), Self.variable("cap", 2)]
        let after = [
            before[0], Self.variable("early", 1), Self.variable("fee", 2), Self.variable("cap", 3),
        ]
        #expect(
            try conflicts(before, after)
                == ["moved: 'fee' at slot 1 moved to slot 2", "moved: 'cap' at slot 2 moved to slot 3"])
    }

    @Test func twoThatChangePlacesMoved() throws {
        let before = [Self.variable("fee", 0), Self.variable("cap", 1)]
        let after = [Self.variable("cap", 0), Self.variable("fee", 1)]
        #expect(
            try conflicts(before, after)
                == ["moved: 'fee' at slot 0 moved to slot 1", "moved: 'cap' at slot 1 moved to slot 0"])
    }

    @Test func aMoveWithinASlotIsSeen() throws {
        let before = [Self.variable("low", 0, 1), Self.variable("high", 0, 1, byte: 16)]
        let after = [Self.variable("high", 0, 1), Self.variable("low", 0, 1, byte: 16)]
        #expect(
            try conflicts(before, after)
                == [
                    "moved: 'low' at slot 0 moved to slot 0, byte 16",
                    "moved: 'high' at slot 0, byte 16 moved to slot 0",
                ])
    }

    @Test func anotherTypeIsRefused() throws {
        #expect(
            try conflicts([Self.variable("fee", 0)], [Self.variable("fee", 0, 1)])
                == ["retyped: 'fee' at slot 0 was uint256 and is uint128"])
    }

    @Test func anotherNameIsRefusedUnlessTheSourceSaysSo() throws {
        let before = [Self.variable("fee", 0)]
        #expect(
            try conflicts(before, [Self.variable("rate", 0)]) == [
                "renamed: 'fee' at slot 0 is called 'rate' now"
            ])
        #expect(try conflicts(before, [Self.variable("rate", 0, was: "fee")]) == [])
        #expect(try conflicts(before, [Self.variable("rate", 0, 1, was: "fee")]).count == 1)
        #expect(try conflicts(before, [Self.variable("rate", 0, was: "other")]).count == 1)
    }

    @Test func everyKindOfAddressIsTheSame() throws {
        let token = Shape(label: "contract IERC20", encoding: "inplace", bytes: "20")
        let payable = Shape(label: "address payable", encoding: "inplace", bytes: "20")
        for type in [3, 4] {
            #expect(
                try conflicts(
                    [Self.variable("token", 0, 2)], [Self.variable("token", 0, type)], [token, payable]) == []
            )
        }
    }

    // MARK: Gaps

    static func gap(_ count: Int) -> Shape {
        Shape(label: "uint256[\(count)]", encoding: "inplace", bytes: "\(32 * count)", base: 0)
    }

    @Test func aGapShrinksByWhatIsAdded() throws {
        let before = try Self.layout(
            [Self.variable("base", 0), Self.variable("__gap", 1, 3), Self.variable("heir", 50)],
            [Self.gap(49)])
        let good = try Self.layout(
            [
                Self.variable("base", 0), Self.variable("more", 1), Self.variable("__gap", 2, 3),
                Self.variable("heir", 50),
            ], [Self.gap(48)])
        #expect(conflicts(before, good) == [])
        let forgotten = try Self.layout(
            [
                Self.variable("base", 0), Self.variable("more", 1), Self.variable("__gap", 2, 3),
                Self.variable("heir", 51),
            ], [Self.gap(49)])
        #expect(conflicts(before, forgotten) == ["moved: 'heir' at slot 50 moved to slot 51"])
        let tooMuch = try Self.layout(
            [
                Self.variable("base", 0), Self.variable("more", 1), Self.variable("__gap", 2, 3),
                Self.variable("heir", 49),
            ], [Self.gap(47)])
        #expect(conflicts(before, tooMuch) == ["moved: 'heir' at slot 50 moved to slot 49"])
        let usedUp = try Self.layout([Self.variable("base", 0), Self.variable("heir", 50)], [Self.gap(1)])
        #expect(conflicts(before, usedUp) == [])
    }

    @Test func aGapInPlaceOfAVariableIsItsRemoval() throws {
        let before = try Self.layout(
            [Self.variable("base", 0), Self.variable("__gap", 1, 3)], [Self.gap(49)])
        let after = try Self.layout([Self.variable("__gap", 0, 3)], [Self.gap(50)])
        #expect(conflicts(before, after) == ["removed: 'base' at slot 0 (uint256) is gone"])
    }

    @Test func aNumberCalledGapIsAVariable() throws {
        #expect(try conflicts([Self.variable("__gap", 0)], []).count == 1)
    }

    // MARK: Deeper

    static func record(_ members: [Variable], bytes: Int) -> Shape {
        Shape(label: "struct Vault.Position", encoding: "inplace", bytes: "\(bytes)", members: members)
    }

    /// A mapping (3), an array (4) of structs (5).
    static func structs(_ members: [Variable], bytes: Int, _ variables: [Variable]) throws -> StorageLayout {
        try layout(
            variables,
            [
                Shape(
                    label: "mapping(address => struct)", encoding: "mapping", bytes: "32", key: 2, value: 5),
                Shape(label: "struct[]", encoding: "dynamic_array", bytes: "32", base: 5),
                record(members, bytes: bytes),
            ])
    }

    @Test func structsGrowInMappingsAndAtTheEndAlone() throws {
        let short = [Self.variable("amount", 0)]
        let long = short + [Self.variable("since", 1)]
        for (type, isFine) in [(3, true), (4, false), (5, true)] {
            let variables = [Self.variable("positions", 7, type)]
            let found = conflicts(
                try Self.structs(short, bytes: 32, variables), try Self.structs(long, bytes: 64, variables))
            #expect(found.isEmpty == isFine, "\(found)")
            if !isFine {
                #expect(
                    found == [
                        "retyped: 'positions[]' at slot 7 is an element of an array and grew from 32 to 64 bytes"
                    ])
            }
        }
    }

    @Test func membersAreComparedAsVariablesAre() throws {
        let before = [Self.variable("amount", 0), Self.variable("owner", 1, 2)]
        let after = [Self.variable("owner", 0, 2), Self.variable("amount", 1)]
        let variables = [Self.variable("positions", 7, 3)]
        #expect(
            conflicts(
                try Self.structs(before, bytes: 64, variables), try Self.structs(after, bytes: 64, variables))
                == [
                    "moved: 'positions[].amount' at slot 7 moved to slot 1",
                    "moved: 'positions[].owner' at slot 7 moved to slot 0",
                ])
    }

    @Test func structsThatHoldThemselvesEnd() throws {
        func tree(_ key: Int) throws -> StorageLayout {
            try Self.layout(
                [Self.variable("root", 0, 3)],
                [
                    Self.record([Self.variable("kids", 0, 4)], bytes: 32),
                    Shape(label: "mapping", encoding: "mapping", bytes: "32", key: key, value: 3),
                ])
        }
        #expect(conflicts(try tree(0), try tree(0)) == [])
        #expect(conflicts(try tree(0), try tree(2)).count == 1)
    }

    @Test func enumsGrowAtTheirEndAlone() throws {
        func state(_ values: [String]) throws -> StorageLayout {
            try Self.layout(
                [Self.variable("state", 0, 3)],
                [Shape(label: "enum Vault.State", encoding: "inplace", bytes: "1", values: values)])
        }
        #expect(conflicts(try state(["A", "B"]), try state(["A", "B", "C"])) == [])
        #expect(
            conflicts(try state(["A", "B"]), try state(["B", "A"]))
                == ["retyped: 'state' at slot 0 was enum Vault.State { A, B } and is { B, A }"])
        #expect(conflicts(try state(["A", "B"]), try state(["A"])).count == 1)
    }

    /// Before Solidity 0.8 an enum could have more than 256 values.
    @Test func enumsDoNotGrowBeyondTheirBytes() throws {
        func states(_ bytes: Int) throws -> StorageLayout {
            try Self.layout(
                [Self.variable("states", 0, 3)],
                [
                    Shape(label: "enum State[]", encoding: "dynamic_array", bytes: "32", base: 4),
                    Shape(
                        label: "enum State", encoding: "inplace", bytes: "\(bytes)",
                        values: (0..<(200 * bytes)).map { "V\($0)" }),
                ])
        }
        #expect(conflicts(try states(1), try states(1)) == [])
        #expect(
            conflicts(try states(2), try states(3)) == [
                "retyped: 'states[]' at slot 0 is of enum State, whose values grew from 2 to 3 bytes"
            ])
    }

    @Test func keysLengthsAndEncodingsAreCompared() throws {
        let types = [
            Shape(label: "mapping(address => uint256)", encoding: "mapping", bytes: "32", key: 2, value: 0),
            Shape(label: "mapping(uint256 => uint256)", encoding: "mapping", bytes: "32", key: 0, value: 0),
            Shape(label: "uint128[3]", encoding: "inplace", bytes: "64", base: 1),
            Shape(label: "uint128[4]", encoding: "inplace", bytes: "64", base: 1),
            Shape(label: "string", encoding: "bytes", bytes: "32"),
            Shape(label: "bytes", encoding: "bytes", bytes: "32"),
            Shape(label: "uint256[]", encoding: "dynamic_array", bytes: "32", base: 0),
        ]
        for old in 3..<10 {
            for new in 3..<10 {
                let found = try conflicts([Self.variable("x", 0, old)], [Self.variable("x", 0, new)], types)
                #expect(found.isEmpty == (old == new), "\(old) \(new) \(found)")
            }
        }
    }

    // MARK: Text

    @Test func theSameLayoutHasTheSameDigestWhateverItsSourceSaysOfNames() throws {
        let plain = try Self.layout([Self.variable("rate", 0)])
        let annotated = try Self.layout([Self.variable("rate", 0, was: "fee")])
        #expect(plain.digest == annotated.digest)
        #expect(try JSONDecoder().decode(StorageLayout.self, from: annotated.json) == plain)
        #expect(plain.digest != (try Self.layout([Self.variable("fee", 0)])).digest)
    }

    @Test func whatHasNoNamespacesIsWrittenAsBeforeThereWereAny() throws {
        let plain = try Self.layout([Self.variable("fee", 0)])
        #expect(!String(decoding: plain.json, as: UTF8.self).contains("namespaces"))
        let named = try #require(
            StorageLayout(variables: [], types: [Self.number], namespaces: [.init(id: "erc7201:a", type: 0)]))
        #expect(try JSONDecoder().decode(StorageLayout.self, from: named.json) == named)
        #expect(
            StorageLayout(variables: [], types: [Self.number], namespaces: [.init(id: "erc7201:a", type: 1)])
                == nil)
    }

    @Test func aTypeThatIsNotThereIsNoLayout() {
        #expect(StorageLayout(variables: [Self.variable("a", 0, 1)], types: [Self.number]) == nil)
        let bad = Data(#"{"types":[],"variables":[{"label":"a","offset":0,"slot":"0","type":0}]}"#.utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(StorageLayout.self, from: bad) }
    }
}
