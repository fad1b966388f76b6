import Foundation
import Model

/// Reads the files of a manifest: those that the user names, and what they include.
final class ManifestFiles {
    struct File {
        let source: SourceText
        let node: YAMLNode
        /// Where it was included; nil for a file that the user names.
        let includedAt: Place?
    }

    private struct Step {
        let name: String
        let real: String
    }

    private static let mostBytes = 64 << 20
    private static let mostFiles = 10_000

    private let files: FileAccess
    private let workingDirectory: String
    private let problems: Problems
    private var budget = NodeBudget()
    private var bytes = 0
    private var seen: Set<String> = []
    private var stack: [Step] = []

    /// In the order in which they were met.
    private(set) var loaded: [File] = []
    /// Whether a file could not be read, so that what it defines is not known.
    private(set) var isIncomplete = false

    init(files: FileAccess, workingDirectory: String, problems: Problems) {
        self.files = files
        self.workingDirectory = workingDirectory
        self.problems = problems
    }

    /// Reads a file, or all `*.yaml` files of a directory.
    func load(argument path: String) {
        let absolute = PathText.join(workingDirectory, path)
        switch files.kind(absolute) {
        case .file, .other: visit(absolute, includedAt: nil, isPattern: false)
        case .directory: loadDirectory(absolute, path)
        case .none: refuse(.error("not-found", "there is no '\(path)'", hint: nearHint(absolute)))
        }
    }

    private func loadDirectory(_ directory: String, _ path: String) {
        do {
            let names = try files.list(directory)
            let manifests = names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }
            guard !manifests.isEmpty else {
                let other = names.first { $0.hasSuffix(".yml") }
                let hint = other.map { "\($0) is not read: rename it to end in .yaml" }
                refuse(.error("not-found", "there is no *.yaml file in '\(path)'", hint: hint))
                return
            }
            for name in manifests { visit(directory + "/" + name, includedAt: nil, isPattern: false) }
        } catch {
            refuse(.error("unreadable", "'\(path)' cannot be read: \(error.reason)"))
        }
    }

    private func visit(_ path: String, includedAt place: Place?, isPattern: Bool) {
        let real = files.resolved(path) ?? path
        let name = PathText.relative(path, to: workingDirectory)
        if let start = stack.firstIndex(where: { $0.real == real }) {
            // A pattern may well match the file that has it; a name is a mistake.
            guard !isPattern, let place else { return }
            let loop = (stack[start...].map(\.name) + [name]).joined(separator: " → ")
            problems.add(
                place.error("cycle", "files include each other: \(loop)", hint: "remove one 'include'"))
            return
        }
        guard seen.insert(real).inserted else { return }
        guard let source = read(path, name: name, at: place) else { return }
        guard let node = YAMLReader.read(source, problems: problems, budget: &budget) else {
            isIncomplete = true
            return
        }
        guard node.entries != nil else {
            refuse(
                node.place.error(
                    "wrong-type",
                    "a manifest is a map, and this is \(node.inWords)",
                    hint: "it begins with 'version: 1'"
                )
            )
            return
        }
        loaded.append(File(source: source, node: node, includedAt: place))
        stack.append(Step(name: name, real: real))
        include(from: node, source)
        stack.removeLast()
    }

    private func read(_ path: String, name: String, at place: Place?) -> SourceText? {
        func refuse(_ code: String, _ message: String, hint: String? = nil) -> SourceText? {
            self.refuse(place?.error(code, message, hint: hint) ?? .error(code, message, hint: hint))
            return nil
        }
        let data: Data?
        do {
            data = try files.read(path)
        } catch {
            return refuse("unreadable", "'\(name)' cannot be read: \(error.reason)")
        }
        guard let data else { return refuse("not-found", "there is no '\(name)'", hint: nearHint(path)) }
        bytes += data.count
        guard bytes <= Self.mostBytes, seen.count <= Self.mostFiles else {
            return refuse(
                "too-large",
                "the files of the manifest are more than \(Self.mostBytes >> 20) MiB or \(Self.mostFiles) files",
                hint: "make rows of a CSV file of what repeats"
            )
        }
        // A byte order mark at the start says nothing that is not known.
        let text = data.starts(with: [0xef, 0xbb, 0xbf]) ? data.dropFirst(3) : data
        return SourceText(name: name, path: path, bytes: Array(text))
    }

    // MARK: Includes

    private func include(from node: YAMLNode, _ source: SourceText) {
        let directory = PathText.directory(of: source.path)
        for item in node["include"]?.value.items ?? [] {
            guard let text = item.text, !text.isEmpty, !text.contains("${") else { continue }
            guard !text.hasPrefix("/") else {
                refuse(
                    item.place.error(
                        "outside-root",
                        "'\(text)' is absolute",
                        hint: "paths are relative to the file that has them"
                    )
                )
                continue
            }
            if Glob.isPattern(text) {
                include(pattern: text, in: directory, at: item.place)
            } else {
                include(path: PathText.join(directory, text), text, at: item.place)
            }
        }
    }

    private func include(path: String, _ text: String, at place: Place) {
        switch files.kind(path) {
        case .directory:
            refuse(place.error("not-found", "'\(text)' is a directory", hint: "write \"\(text)/*.yaml\""))
        case .none: refuse(place.error("not-found", "there is no '\(text)'", hint: nearHint(path)))
        case .file, .other: visit(path, includedAt: place, isPattern: false)
        }
    }

    private func include(pattern: String, in directory: String, at place: Place) {
        var base = directory
        var rest = PathText.normalized(pattern)
        while rest.hasPrefix("../") {
            base = PathText.directory(of: base)
            rest = String(rest.dropFirst(3))
        }
        do {
            let found = try Glob(rest).files(under: base, in: files)
            guard !found.isEmpty else {
                refuse(
                    place.error(
                        "not-found", "no file matches '\(pattern)'", hint: "it is relative to this file"))
                return
            }
            for path in found { visit(PathText.join(base, path), includedAt: place, isPattern: true) }
        } catch let fault as Glob.Fault {
            refuse(place.error("pattern", "'\(pattern)' is no pattern: \(fault.reason)"))
        } catch {
            refuse(place.error("unreadable", "'\(pattern)' cannot be searched: \(error)"))
        }
    }

    private func refuse(_ diagnostic: Diagnostic) {
        isIncomplete = true
        problems.add(diagnostic)
    }

    /// A name in the same directory that is near.
    private func nearHint(_ path: String) -> String? {
        let names = (try? files.list(PathText.directory(of: path))) ?? []
        return problems.suggestion(for: PathText.name(of: path), among: names)
    }
}
