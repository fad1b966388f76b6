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

    private struct Parsed {
        let source: SourceText
        let node: YAMLNode
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
    /// What was read, by real path; nil what is no manifest.
    private var parsed: [String: Parsed?] = [:]
    /// Nothing outside their root is read but what the user names.
    private var paths: ProjectPaths?
    /// Whether a file that names the project said where the root is.
    private var isRootKnown = false

    /// In the order in which they were met.
    private(set) var loaded: [File] = []
    /// Whether a file could not be read, so that what it defines is not known.
    private(set) var isIncomplete = false

    init(files: FileAccess, workingDirectory: String, problems: Problems) {
        self.files = files
        self.workingDirectory = workingDirectory
        self.problems = problems
    }

    /// Reads files, and all `*.yaml` files of directories, with what they include.
    func load(arguments: [String]) {
        let named = arguments.flatMap(manifests)
        // All of them first: one says where the root is, and what is outside of that is not included.
        let roots = named.compactMap { path -> (root: String, isNamed: Bool)? in
            guard let file = parse(path, at: nil) else { return nil }
            return (
                ProjectPaths.root(of: file.source, file.node, files).root, file.node["project"] != nil
            )
        }
        if let found = roots.first(where: \.isNamed) ?? roots.first {
            paths = ProjectPaths(root: found.root, files: files, problems: problems)
            isRootKnown = found.isNamed
        }
        for path in named { visit(path, includedAt: nil, isPattern: false) }
    }

    /// The files that an argument means.
    private func manifests(_ path: String) -> [String] {
        let absolute = PathText.join(workingDirectory, path)
        switch files.kind(absolute) {
        case .file, .other: return [absolute]
        case .directory: return manifests(in: absolute, path)
        case .none:
            refuse(.error("not-found", "there is no '\(path)'", hint: nearHint(absolute)))
            return []
        }
    }

    private func manifests(in directory: String, _ path: String) -> [String] {
        do {
            let names = try files.list(directory)
            let manifests = names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }
            guard !manifests.isEmpty else {
                let other = names.first { $0.hasSuffix(".yml") }
                let hint = other.map { "\($0) is not read: rename it to end in .yaml" }
                refuse(.error("not-found", "there is no *.yaml file in '\(path)'", hint: hint))
                return []
            }
            return manifests.map { directory + "/" + $0 }
        } catch {
            refuse(.error("unreadable", "'\(path)' cannot be read: \(error.reason)"))
            return []
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
        guard seen.insert(real).inserted, let file = parse(path, at: place) else { return }
        loaded.append(File(source: file.source, node: file.node, includedAt: place))
        stack.append(Step(name: name, real: real))
        include(from: file.node, file.source)
        stack.removeLast()
    }

    /// A file's map, read now or before; nil after adding a problem.
    private func parse(_ path: String, at place: Place?) -> Parsed? {
        let real = files.resolved(path) ?? path
        if let known = parsed[real] { return known }
        let name = PathText.relative(path, to: workingDirectory)
        let file = read(path, name: name, at: place).flatMap(parse)
        parsed[real] = .some(file)
        return file
    }

    private func parse(_ source: SourceText) -> Parsed? {
        guard let node = YAMLReader.read(source, problems: problems, budget: &budget) else {
            isIncomplete = true
            return nil
        }
        guard node.entries != nil else {
            refuse(
                node.place.error(
                    "wrong-type",
                    "a manifest is a map, and this is \(node.inWords)",
                    hint: "it begins with 'version: 1'"
                )
            )
            return nil
        }
        return Parsed(source: source, node: node)
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
        guard bytes <= Self.mostBytes, parsed.count < Self.mostFiles else {
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

    /// Takes the root from a file that is to be included and names the project; says nothing where it is another file.
    private func learnRoot(from path: String) {
        guard !isRootKnown, let known = paths, files.kind(path) == .file,
            let real = files.resolved(path), PathText.inside(known.root, real) == nil,
            let bytes = try? files.read(path)
        else { return }
        let source = SourceText(name: path, path: path, bytes: Array(bytes))
        var budget = NodeBudget()
        guard let node = YAMLReader.read(source, problems: Problems(), budget: &budget),
            node["project"] != nil
        else { return }
        let root = ProjectPaths.root(of: source, node, files).root
        guard PathText.inside(root, known.root) != nil else { return }
        paths = ProjectPaths(root: root, files: files, problems: problems)
        isRootKnown = true
    }

    private func include(path: String, _ text: String, at place: Place) {
        learnRoot(from: path)
        guard let paths, paths.path(text, at: place) != nil, paths.isInside(path, text, at: place) else {
            isIncomplete = true
            return
        }
        switch files.kind(path) {
        case .directory:
            refuse(place.error("not-found", "'\(text)' is a directory", hint: "write \"\(text)/*.yaml\""))
        case .none: refuse(place.error("not-found", "there is no '\(text)'", hint: nearHint(path)))
        case .file, .other: visit(path, includedAt: place, isPattern: false)
        }
    }

    private func include(pattern: String, in directory: String, at place: Place) {
        guard paths?.pattern(pattern, at: place) != nil else {
            isIncomplete = true
            return
        }
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
            for path in found.map({ PathText.join(base, $0) }) {
                guard paths?.isInside(path, pattern, at: place) == true else {
                    isIncomplete = true
                    continue
                }
                visit(path, includedAt: place, isPattern: true)
            }
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
