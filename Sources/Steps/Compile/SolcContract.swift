import EthereumTypes
import Foundation
import Model

/// What the compiler's output says of one contract.
struct SolcContract: Sendable {
    /// Code and the places in it that are filled in later.
    struct Code: Sendable {
        /// With zeros where a library's address belongs; nil where the text is no code.
        let bytes: [UInt8]?
        /// By file and library.
        fileprivate let links: [String: [String: [CompilationV1.Range]]]
        let immutables: [CompilationV1.Range]

        fileprivate init(_ slice: JSONSlice?) throws(JSONTextError) {
            let files = try slice?.member("linkReferences")?.parsed().members ?? [:]
            links = files.mapValues { $0.members.mapValues { Self.ranges([$0]) } }
            let immutables = try slice?.member("immutableReferences")?.parsed().members.values
            self.immutables = Self.ranges(immutables.map(Array.init) ?? [])
            var digits = Array((try slice?.member("object")?.parsed().text ?? "").utf8)
            for link in links.values.flatMap(\.values).joined() {
                let place = link.start * 2..<(link.start + link.length) * 2
                guard place.upperBound <= digits.count else {
                    bytes = nil
                    return
                }
                digits.replaceSubrange(place, with: repeatElement(UInt8(ascii: "0"), count: place.count))
            }
            bytes = Hex.decode(String(decoding: digits, as: UTF8.self))
        }

        private static func ranges(_ lists: [ParsedJSON]) -> [CompilationV1.Range] {
            lists.flatMap(\.items).compactMap { place in
                guard let start = place["start"]?.integer, let length = place["length"]?.integer,
                    start >= 0, length >= 0
                else { return nil }
                return CompilationV1.Range(start: start, length: length)
            }
            .sorted { ($0.start, $0.length) < ($1.start, $1.length) }
        }
    }

    let creation: Code
    let runtime: Code
    let metadata: String
    private let slice: JSONSlice

    init(_ slice: JSONSlice) throws(JSONTextError) {
        self.slice = slice
        let evm = try slice.member("evm")
        creation = try Code(evm?.member("bytecode"))
        runtime = try Code(evm?.member("deployedBytecode"))
        metadata = try slice.member("metadata")?.parsed().text ?? ""
    }

    /// The libraries that the code calls, sorted by path and name.
    var links: [CompilationV1.Link] {
        let files = Set(creation.links.keys).union(runtime.links.keys).sorted()
        return files.flatMap { path in
            let (inCreation, inRuntime) = (creation.links[path] ?? [:], runtime.links[path] ?? [:])
            return Set(inCreation.keys).union(inRuntime.keys).sorted().map { name in
                CompilationV1.Link(
                    path: path,
                    name: name,
                    initCode: inCreation[name] ?? [],
                    runtimeCode: inRuntime[name] ?? []
                )
            }
        }
    }

    /// A part of the contract's output as it stands; nil where the compiler gave none.
    func part(_ key: String) throws(StepFailure) -> Data? {
        try SolcOutput.read { () throws(JSONTextError) in try slice.member(key).map { Data($0.bytes) } }
    }
}
