import EthereumTypes
import Foundation
import Model

/// The compiler's standard JSON output, cut into slices of which only what a compile step looks at is read.
struct SolcOutput: Sendable {
    struct Message: Sendable {
        var errorCode: String?
        var message: String
        var severity: String
        var path: String?
        /// Bytes from the start of the file; -1 where the compiler gave none.
        var start: Int
        var end: Int
        /// Files that the message speaks of besides.
        var otherPaths: [String]

        init(_ json: ParsedJSON) {
            let place = json["sourceLocation"]
            errorCode = json["errorCode"]?.text
            message = json["message"]?.text ?? ""
            severity = json["severity"]?.text ?? ""
            path = place?["file"]?.text
            start = place?["start"]?.integer ?? -1
            end = place?["end"]?.integer ?? -1
            otherPaths = json["secondarySourceLocations"]?.items.compactMap { $0["file"]?.text } ?? []
        }
    }

    /// The whole output, from its first brace on.
    let text: JSONSlice
    let messages: [Message]
    let errors: JSONSlice?
    let contracts: JSONSlice?
    let sources: JSONSlice?
    /// Whether it has nothing but messages, contracts and sources, in this order.
    let isPlain: Bool

    var bytes: Data { Data(text.bytes) }

    /// Whether the compiler refused something.
    var hasErrors: Bool { messages.contains { $0.severity == "error" } }

    /// Reads what the compiler wrote, less anything ahead of the JSON.
    init(_ written: [UInt8]) throws(StepFailure) {
        guard let brace = written.firstIndex(of: UInt8(ascii: "{")) else {
            throw StepFailure(
                code: "compiler-output",
                "the compiler wrote no JSON",
                hint: "'hyperkit toolchain verify' checks the installation"
            )
        }
        text = JSONSlice(written[brace...])
        let text = text
        let members = try Self.read { () throws(JSONTextError) in try text.members() }
        func part(_ key: String) -> JSONSlice? { members.first { $0.key == key }?.value }
        let errors = part("errors")
        self.errors = errors
        contracts = part("contracts")
        sources = part("sources")
        isPlain = members.map(\.key) == ["contracts", "errors", "sources"].filter { part($0) != nil }
        messages = try Self.read { () throws(JSONTextError) in
            try errors?.parsed().items.map(Message.init) ?? []
        }
    }

    func contract(_ name: String, in path: String) throws(StepFailure) -> SolcContract? {
        try Self.read { () throws(JSONTextError) in
            try contracts?.member(path)?.member(name).map(SolcContract.init)
        }
    }

    func names(in path: String) throws(StepFailure) -> [String] {
        try Self.read { () throws(JSONTextError) in
            try contracts?.member(path)?.members().map(\.key).sorted() ?? []
        }
    }

    /// Reads a part of the output.
    ///
    /// - Throws: ``StepFailure`` coded `compiler-output` where it is no JSON.
    static func read<Value>(_ body: () throws(JSONTextError) -> Value) throws(StepFailure) -> Value {
        do {
            return try body()
        } catch {
            throw StepFailure(
                code: "compiler-output",
                "the compiler's output cannot be read: \(error.message) at byte \(error.offset)"
            )
        }
    }
}
