package import Foundation
package import Model

/// What the compiler read and said of one contract and its imports, ready to be looked at.
package struct CompiledProgram: Sendable {
    /// Something the compiler said without failing.
    package struct Remark: Hashable, Sendable {
        package let code: String
        package let severity: String
        package let message: String
        package let path: String?
        /// Bytes from the start of the file; -1 where the compiler gave none.
        package let start: Int
        package let end: Int

        init(_ json: ParsedJSON) {
            code = json["errorCode"]?.text ?? ""
            severity = json["severity"]?.text ?? ""
            message = json["message"]?.text ?? ""
            path = json["sourceLocation"]?["file"]?.text
            start = json["sourceLocation"]?["start"]?.integer ?? -1
            end = json["sourceLocation"]?["end"]?.integer ?? -1
        }
    }

    /// The contract's name in the manifest.
    package let contractName: String
    /// The contract that is audited.
    package let contract: ASTNode
    /// By the compiler's number of the file.
    package let files: [Int: SourceText]
    package let units: [ASTNode]
    package let remarks: [Remark]
    private let nodes: [Int: ASTNode]

    /// Reads the compiler's input and output; of the output only trees and remarks.
    ///
    /// - Throws: ``StepFailure`` coded `compile-output` where they are not what a Solidity compiler gives.
    package init(
        standardInput: Data,
        standardOutput: Data,
        contractName: String,
        path: String,
        name: String
    ) throws(StepFailure) {
        var parts = Parts()
        do throws(JSONTextError) {
            try parts.read(standardInput: standardInput, standardOutput: standardOutput)
        } catch {
            throw StepFailure(
                code: "compile-output",
                "the compiler's output cannot be read: \(error.message) at byte \(error.offset)"
            )
        }
        var nodes: [Int: ASTNode] = [:]
        for unit in parts.units {
            unit.forEach { node in if node.id >= 0 { nodes[node.id] = node } }
        }
        let files = parts.files
        let declared = parts.units.first { files[$0.file]?.path == path }?.nodes("nodes")
            .first { $0.kind == "ContractDefinition" && $0.name == name }
        guard let declared else {
            throw StepFailure(
                code: "compile-output",
                "the compiler's output has no syntax tree of \(path):\(name)",
                hint: "only Solidity can be audited so far"
            )
        }
        self.contractName = contractName
        contract = declared
        self.files = files
        units = parts.units
        remarks = parts.remarks
        self.nodes = nodes
    }

    package subscript(id: Int) -> ASTNode? { nodes[id] }

    /// The number of a file by its path.
    package func file(at path: String) -> Int? { files.first { $0.value.path == path }?.key }

    /// The source text of a node.
    package func text(_ node: ASTNode) -> String {
        files[node.file]?.text(start: node.start, end: node.end) ?? ""
    }

    private struct Parts {
        var files: [Int: SourceText] = [:]
        var units: [ASTNode] = []
        var remarks: [Remark] = []

        mutating func read(standardInput: Data, standardOutput: Data) throws(JSONTextError) {
            var contents: [String: String] = [:]
            for source in try JSONSlice(standardInput).member("sources")?.members() ?? [] {
                contents[source.key] = try source.value.member("content")?.parsed().text
            }
            for part in try JSONSlice(standardOutput).members() {
                if part.key == "errors" { remarks = try part.value.parsed().items.map(Remark.init) }
                guard part.key == "sources" else { continue }
                for source in try part.value.members() {
                    let entry = try source.value.parsed()
                    guard let id = entry["id"]?.integer, let tree = entry["ast"].flatMap(ASTNode.init)
                    else { continue }
                    files[id] = SourceText(path: source.key, content: contents[source.key] ?? "")
                    units.append(tree)
                }
            }
        }
    }
}
