import EthereumTypes
import Testing

@testable import Ethereum

@Suite struct ABIVectorTests {
    private struct Row: Decodable {
        let types: String
        let values: Tree
        let data: String
    }

    private struct SelectorRow: Decodable {
        let signature: String
        let selector: String
    }

    @Test func agreesWithEthABIBothWays() throws {
        for row in try VectorFile.rows("abi.jsonl", as: Row.self, count: 2468) {
            let inputs = try ABIFunction(signature: "f" + row.types).inputs
            #expect(inputs.canonical == row.types)
            let value = try ABIType.tuple(inputs).value(from: input(row.values), path: "values")
            guard case .tuple(let values) = value else {
                Issue.record("\(row.types) gave \(value)")
                continue
            }
            #expect(Hex.prefixed(try ABI.encode(values, as: inputs.types)) == row.data, "\(row.types)")
            let data = try #require(Hex.decode(row.data))
            #expect(try ABI.decode(data, as: inputs.types) == values, "\(row.types)")
        }
    }

    /// Every type, every width and both kinds of array must be among the cases.
    @Test func theCasesCoverEveryType() throws {
        let texts = try VectorFile.rows("abi.jsonl", as: Row.self, count: 2468).map(\.types)
        let seen = Set(texts.flatMap { $0.split { "(),[]".contains($0) }.map(String.init) })
        let widths = stride(from: 8, through: 256, by: 8).flatMap { ["uint\($0)", "int\($0)"] }
        let expected =
            widths + (1...32).map { "bytes\($0)" } + ["address", "bool", "bytes", "string", "function"]
        #expect(Set(expected).subtracting(seen).isEmpty)
        for shape in ["[]", "[2]", "[][]", "[2][]", "[][2]", "((", "))[]", ")[2]"] {
            #expect(texts.contains { $0.contains(shape) }, "\(shape)")
        }
    }

    @Test func agreesWithEthUtilsOnSelectors() throws {
        for row in try VectorFile.rows("selectors.jsonl", as: SelectorRow.self, count: 200) {
            let function = try ABIFunction(signature: row.signature)
            #expect(function.signature == row.signature)
            #expect(Hex.prefixed(function.selector) == row.selector)
        }
    }

    private func input(_ tree: Tree) -> ABIInput {
        switch tree {
        case .text(let text): .text(text)
        case .list(let trees): .list(trees.map(input))
        }
    }
}
