import EthereumTypes
import Foundation
import Model
import Testing
import Toolchain

@testable import hyperkit

/// What the real compiler makes of an input that was handed to a service, as the service would.
struct Recompiled {
    let version: String
    /// Hexadecimal digits, with the compiler's marks where a library's address belongs.
    let creation: String
    let runtime: String
    /// Where the runtime code has an address of a library, and what the constructor writes; in bytes.
    let links: [Range<Int>]
    let immutables: [Range<Int>]

    /// - Parameters:
    ///   - input: The standard JSON input.
    ///   - contract: `path:Name`.
    /// - Throws: What running the compiler throws, and where it has no such contract.
    init(_ input: [String: Any], _ contract: String) async throws {
        let scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let world = World.live(scratch: scratch)
        let solc = try Toolchain(world: world).find("solc")
        let result = try await world.runTool(
            ToolInvocation(
                solc, ["--standard-json"],
                standardInput: try JSONSerialization.data(withJSONObject: input),
                limits: ToolInvocation.Limits(deadline: .seconds(120))))
        try #require(result.status == .exited(0), "\(result.lastWords())")
        // Some builds of the compiler say something ahead of it.
        let json = result.standardOutput.drop { $0 != UInt8(ascii: "{") }
        let output = try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any]
        let names = contract.split(separator: ":").map(String.init)
        let files = output?["contracts"] as? [String: [String: [String: Any]]]
        let evm = files?[names[0]]?[names[1]]?["evm"] as? [String: Any]
        let made = evm?["bytecode"] as? [String: Any]
        let deployed = try #require(evm?["deployedBytecode"] as? [String: Any], "\(output ?? [:])")
        version = solc.version
        creation = try #require(made?["object"] as? String)
        runtime = try #require(deployed["object"] as? String)
        let links = deployed["linkReferences"] as? [String: [String: [[String: Int]]]] ?? [:]
        self.links = links.values.flatMap(\.values).flatMap { Self.ranges($0) }
        let immutables = deployed["immutableReferences"] as? [String: [[String: Int]]] ?? [:]
        self.immutables = immutables.values.flatMap { Self.ranges($0) }
    }

    private static func ranges(_ places: [[String: Int]]) -> [Range<Int>] {
        places.compactMap { place in
            place["start"].flatMap { start in place["length"].map { start..<(start + $0) } }
        }
    }

    /// The runtime code with what is known on the chain alone: immutables, and libraries' addresses where no input had them.
    func filled(from code: [UInt8]) throws -> [UInt8] {
        var digits = Array(runtime.utf8)
        let known = Array(Hex.encode(code).utf8)
        for range in links + immutables {
            let places = (range.lowerBound * 2)..<(range.upperBound * 2)
            digits.replaceSubrange(places, with: known[places])
        }
        return try #require(Hex.decode(String(decoding: digits, as: UTF8.self)))
    }
}
