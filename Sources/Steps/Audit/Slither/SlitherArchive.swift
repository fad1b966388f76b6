package import Foundation
import Model

/// The compiler's output in the shape that Slither reads instead of compiling again.
///
/// The shape is crytic-compile's export archive, version 0.0.2 (`crytic_compile/platform/archive.py` and `standard.py`,
/// 0.3.x). Trees and interfaces are copied as text; nothing is decoded that is only handed on.
package enum SlitherArchive {
    /// Slither knows an archive by the end of its name.
    package static let fileName = "hyperkit_export_archive.json"
    /// Paths in the archive are under it; it need not exist.
    static let root = "/project/"

    /// The archive.
    ///
    /// - Throws: ``JSONTextError`` where the compiler's input or output is no JSON.
    package static func text(
        standardInput: Data,
        standardOutput: Data,
        compilerVersion: String
    ) throws(JSONTextError) -> Data {
        let input = JSONSlice(standardInput)
        let output = JSONSlice(standardOutput)
        var contracts: [String: JSONSlice] = [:]
        for file in try output.member("contracts")?.members() ?? [] { contracts[file.key] = file.value }

        var units: [(String, Text)] = []
        var names: [Text] = []
        for source in try output.member("sources")?.members() ?? [] {
            guard let tree = try source.value.member("ast") else { continue }
            let name = fileNames(source.key)
            names.append(name)
            var entries: [(String, Text)] = []
            for contract in try contracts[source.key]?.members() ?? [] {
                entries.append((contract.key, try entry(contract.value, in: name)))
            }
            units.append((source.key, .object([("ast", .raw(tree.bytes)), ("contracts", .object(entries))])))
        }
        var contents: [(String, Text)] = []
        for source in try input.member("sources")?.members() ?? [] {
            guard let content = try source.value.member("content") else { continue }
            contents.append((root + source.key, .raw(content.bytes)))
        }
        let optimizer = try input.member("settings")?.member("optimizer")?.parsed()
        let compiler = Text.object([
            ("compiler", .text("solc")),
            ("version", .text(release(compilerVersion))),
            ("optimized", .raw(optimizer?["enabled"]?.flag == true ? "true" : "false")),
        ])
        let unit = Text.object([
            ("compiler", compiler), ("source_units", .object(units)), ("filenames", .array(names)),
        ])
        var bytes: [UInt8] = []
        Text.object([
            ("compilation_units", .object([("hyperkit", unit)])),
            ("package", .raw("null")),
            ("working_dir", .text(root)),
            ("type", .raw("1")),
            ("unit_tests", .array([])),
            ("crytic_version", .text("0.0.2")),
            ("source_content", .object(contents)),
        ]).write(to: &bytes)
        return Data(bytes)
    }

    private static func entry(_ contract: JSONSlice, in name: Text) throws(JSONTextError) -> Text {
        let evm = try contract.member("evm")
        let creation = try evm?.member("bytecode")
        let runtime = try evm?.member("deployedBytecode")
        func copy(_ slice: JSONSlice?, or fallback: String) -> Text {
            slice.map { .raw($0.bytes) } ?? .raw(fallback)
        }
        return .object([
            ("abi", copy(try contract.member("abi"), or: "[]")),
            ("bin", copy(try creation?.member("object"), or: "\"\"")),
            ("bin-runtime", copy(try runtime?.member("object"), or: "\"\"")),
            ("srcmap", copy(try creation?.member("sourceMap"), or: "\"\"")),
            ("srcmap-runtime", copy(try runtime?.member("sourceMap"), or: "\"\"")),
            ("filenames", name),
            ("libraries", .object([])),
            ("is_dependency", .raw("false")),
            ("userdoc", copy(try contract.member("userdoc"), or: "{}")),
            ("devdoc", copy(try contract.member("devdoc"), or: "{}")),
        ])
    }

    private static func fileNames(_ path: String) -> Text {
        .object([
            ("absolute", .text(root + path)), ("used", .text(path)), ("short", .text(path)),
            ("relative", .text(path)),
        ])
    }

    /// `0.8.29` of `0.8.29-develop.2024.11.15+commit.b0d991bd`.
    private static func release(_ version: String) -> String {
        String(version.prefix { $0.isNumber || $0 == "." })
    }
}

/// JSON that is put together from pieces of other JSON.
private indirect enum Text {
    case raw(ArraySlice<UInt8>)
    case text(String)
    case array([Text])
    case object([(String, Text)])

    static func raw(_ text: String) -> Text { .raw(Array(text.utf8)[...]) }

    func write(to bytes: inout [UInt8]) {
        switch self {
        case .raw(let piece): bytes += piece
        case .text(let text): Self.quote(text, to: &bytes)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (position, item) in items.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (position, member) in members.enumerated() {
                if position > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.quote(member.0, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.1.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func quote(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<32:
                let digits = String(byte, radix: 16)
                bytes += Array("\\u".utf8) + Array(String(repeating: "0", count: 4 - digits.count).utf8)
                bytes += Array(digits.utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
