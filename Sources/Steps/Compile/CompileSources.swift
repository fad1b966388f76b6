import Engine
import Foundation
import Model

/// Reads the sources of the members of a batch, each file once.
struct CompileSources {
    private let files: FileAccess
    private let root: String
    private var known: [String: SolcSource] = [:]

    /// - Parameters:
    ///   - files: The disk.
    ///   - root: The project's root.
    init(files: FileAccess, root: String) {
        self.files = files
        self.root = root
    }

    /// The entry file and every source by path, each still what was planned with.
    ///
    /// - Throws: ``StepFailure``: `unreadable-source`; `source-changed`; `not-utf8`.
    mutating func read(
        _ action: CompileAction,
        inputs: StepInputs
    ) throws(StepFailure) -> (entry: String, sources: [String: SolcSource]) {
        switch action.source {
        case .generated(let step):
            let path = GenerateStep.path(for: action.contract)
            let text = String(decoding: try inputs[step].bytes(GenerateOutput.source), as: UTF8.self)
            let source = try SolcSource(path: path, text: text, digest: Digest(of: Data(text.utf8)))
            return (path, [path: source])
        case .proxies:
            let source = try SolcSource(
                path: ProxySource.path, text: ProxySource.text, digest: ProxySource.digest)
            return (ProxySource.path, [ProxySource.path: source])
        case .files(let entry, let closure):
            var sources: [String: SolcSource] = [:]
            for unit in closure { sources[unit.path] = try source(unit) }
            return (entry, sources)
        }
    }

    private mutating func source(_ unit: CompileAction.Unit) throws(StepFailure) -> SolcSource {
        if let source = known[unit.path], source.digest == unit.digest { return source }
        let bytes: Data?
        do {
            bytes = try files.read("\(root)/\(unit.path)")
        } catch {
            throw StepFailure(code: "unreadable-source", "\(error)")
        }
        guard let bytes, Digest(of: bytes) == unit.digest else {
            throw StepFailure(
                code: "source-changed",
                "\(unit.path) changed while the run was going on",
                hint: "run again"
            )
        }
        guard let text = String(data: bytes, encoding: .utf8) else {
            throw StepFailure(code: "not-utf8", "\(unit.path) is not UTF-8 text", hint: "save it as UTF-8")
        }
        let source = try SolcSource(path: unit.path, text: text, digest: unit.digest)
        known[unit.path] = source
        return source
    }
}
