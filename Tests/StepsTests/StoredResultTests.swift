import Engine
import Foundation
import Model
import Testing

@testable import Steps

/// What is read by hand, beside the same bytes read by Foundation.
@Suite struct StoredResultTests {
    private static let digest = Digest(of: Data("d".utf8))

    private static let compilation: CompilationV1 = {
        var compilation = CompilationV1(
            contract: "drops/17", path: "contracts/ä \"q\"\n.sol", name: "T", sourceDigest: digest,
            isGenerated: true,
            compilerName: "solc", compilerVersion: "0.8.29", compilerDigest: Digest(of: Data()),
            immutables: [.init(start: 1, length: 32)],
            links: [
                .init(
                    path: "contracts/Math.sol", name: "Math", initCode: [.init(start: 40, length: 20)],
                    runtimeCode: [.init(start: 0, length: 0)])
            ],
            warnings: [
                .init(
                    code: "2018", severity: "warning", message: "\u{1F525}\u{1}", path: "a.sol", start: 3,
                    end: 9),
                .init(code: "", severity: "info", message: "", path: nil, start: -1, end: -1),
            ])
        compilation.version = 7
        return compilation
    }()

    private static let audit: AuditV1 = {
        let full = Finding(
            id: "f1", tool: "slither", rule: "r", severity: .critical, confidence: .low, contract: "A",
            function: "f()",
            location: Finding.Span(file: "a.sol", line: 1, column: 2, endLine: 3, text: "\tx = \"\\\";"),
            title: "t", description: "d", recommendation: "r",
            classification: .init(swc: "SWC-107", owasp: "SC08:2026", cwe: "CWE-841"), status: .suppressed,
            alsoReportedBy: ["hyperkit/r", "solc/1"])
        let bare = Finding(
            id: "f2", tool: "solc", rule: "1", severity: .informational, confidence: .high, contract: "A",
            title: "",
            description: "", recommendation: "")
        return AuditV1(
            tools: [
                ToolRun(name: "hyperkit", version: "1", end: .ok),
                ToolRun(name: "slither", version: "0.11", digest: digest, end: .timedOut, message: "late"),
            ],
            findings: [full, bare])
    }()

    private static func read(_ bytes: Data) throws(StepFailure) -> CompilationV1 {
        let output = Output(name: CompileOutput.compilation, digest: digest, bytes: bytes.count)
        return try .read(StoredOutputs([output]) { _ throws(StepFailure) in bytes })
    }

    @Test func resultsAreReadAsTheyWereWritten() throws {
        let bytes = try WireJSON.encode(Self.compilation)
        let read = try Self.read(bytes)
        // All of its fields are among its bytes.
        #expect(try WireJSON.encode(read) == bytes)
        #expect(read.warnings == Self.compilation.warnings)
        #expect(try AuditV1.decoded(Self.audit.encoded()) == Self.audit)
    }

    /// Takes each member away, makes it null and makes it another kind of value, wherever it is.
    @Test func whatFoundationDoesNotReadIsNotReadByHand() throws {
        var (same, refused) = (0, 0)
        func compare<Value: Decodable & Encodable>(_ bytes: Data, _ read: (Data) throws -> Value) throws {
            for damaged in try Self.damaged(JSONSerialization.jsonObject(with: bytes)) {
                let text = try JSONSerialization.data(withJSONObject: damaged)
                let expected = try? JSONDecoder().decode(Value.self, from: text)
                let found = try? read(text)
                #expect(
                    try expected.map { try WireJSON.encode($0) } == found.map { try WireJSON.encode($0) },
                    "\(String(decoding: text, as: UTF8.self))")
                if expected == nil { refused += 1 } else { same += 1 }
            }
        }
        try compare(try WireJSON.encode(Self.compilation)) { try Self.read($0) }
        try compare(try Self.audit.encoded()) { try AuditV1.decoded($0) }
        #expect(same > 10 && refused > 100)
    }

    @Test(arguments: ["", "[]", "null", "{", "{}x", "\"text\""])
    func whatIsNoObjectIsRefused(_ text: String) {
        let error = #expect(throws: StepFailure.self) { try AuditV1.decoded(Data(text.utf8)) }
        #expect(error?.code == "wire")
    }

    private static func damaged(_ value: Any) -> [Any] {
        var all: [Any] = []
        if let object = value as? [String: Any] {
            for (key, member) in object {
                for other in [nil, NSNull(), [1.5], "x", 7] + damaged(member) as [Any?] {
                    var object = object
                    object[key] = other
                    all.append(object)
                }
            }
        } else if let list = value as? [Any] {
            for (place, item) in list.enumerated() {
                for other in damaged(item) {
                    var list = list
                    list[place] = other
                    all.append(list)
                }
            }
        }
        return all
    }
}
