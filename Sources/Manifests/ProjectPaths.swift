import Model

/// The project's root, and paths of the manifest seen from it.
struct ProjectPaths {
    /// Absolute, without symbolic links.
    let root: String
    private let files: FileAccess
    private let problems: Problems

    /// With a root that is known.
    init(root: String, files: FileAccess, problems: Problems) {
        self.root = root
        self.files = files
        self.problems = problems
    }

    /// Finds the root: what `root:` says, else the nearest directory upwards with a `.git`, else the manifest's own.
    init(rootManifest: ManifestFiles.File, files: FileAccess, problems: Problems) {
        let (root, problem) = Self.root(of: rootManifest.source, rootManifest.node, files)
        if let problem { problems.add(problem) }
        self.init(root: root, files: files, problems: problems)
    }

    /// The root that a manifest has, or would have if it named the project, and what is wrong with its `root:`.
    static func root(of source: SourceText, _ manifest: YAMLNode, _ files: FileAccess) -> (
        root: String, problem: Diagnostic?
    ) {
        let own = PathText.directory(of: source.path)
        let real = files.resolved(own) ?? own
        let found = repository(above: real, files) ?? real
        guard manifest["project"] != nil, let node = manifest["root"]?.value, let text = node.text,
            !text.isEmpty, !text.contains("${")
        else { return (found, nil) }
        let wanted = PathText.join(own, text)
        guard files.kind(wanted) == .directory else {
            return (found, node.place.error("not-found", "there is no directory '\(text)'"))
        }
        if let there = files.resolved(wanted), PathText.inside(there, real) != nil { return (there, nil) }
        return (
            found,
            node.place.error(
                "outside-root",
                "the root '\(text)' does not hold the manifest that names it",
                hint: "write a directory above this file, such as .."
            )
        )
    }

    private static func repository(above directory: String, _ files: FileAccess) -> String? {
        var directory = directory
        while true {
            if files.kind(PathText.join(directory, ".git")) != nil { return directory }
            guard directory != "/", directory != "." else { return nil }
            directory = PathText.directory(of: directory)
        }
    }

    /// A manifest file's own path.
    func path(of source: SourceText) -> String? {
        PathText.inside(root, files.resolved(source.path) ?? source.path)
    }

    /// The path that a text in a file means, relative to the root; nil after adding a problem.
    func path(_ text: String, at place: Place) -> String? {
        guard let absolute = absolute(text, at: place) else { return nil }
        guard let path = PathText.inside(root, absolute) else { return outside(text, place) }
        return isInside(absolute, text, at: place) ? path : nil
    }

    /// Whether an absolute path is still inside when links are followed; adds a problem where it is not.
    func isInside(_ absolute: String, _ text: String, at place: Place) -> Bool {
        let real = real(absolute)
        guard PathText.inside(root, real) == nil else { return true }
        problems.add(
            place.error(
                "outside-root",
                "'\(text)' is a link that leaves the project's root",
                hint: "it leads to \(real); 'root:' widens the root"
            )
        )
        return false
    }

    /// The absolute path with links followed; where it is not there yet, as far as it is.
    private func real(_ path: String) -> String {
        if let real = files.resolved(path) { return real }
        let above = PathText.directory(of: path)
        guard above != path, above != "." else { return path }
        return PathText.join(real(above), PathText.name(of: path))
    }

    /// The pattern that a text in a file means, relative to the root; nil after adding a problem.
    func pattern(_ text: String, at place: Place) -> String? {
        do {
            _ = try Glob(text)
        } catch {
            problems.add(place.error("pattern", "'\(text)' is no pattern: \(error.reason)"))
            return nil
        }
        guard !text.hasPrefix("/") else { return absoluteRefused(text, place) }
        guard let directory = PathText.inside(root, directory(of: place)) else { return outside(text, place) }
        let pattern = PathText.normalized(Glob.escaped(directory) + "/" + text)
        guard pattern != "..", !pattern.hasPrefix("../") else { return outside(text, place) }
        return pattern
    }

    /// A remapping with its context and target relative to the root; nil after adding a problem.
    func remapping(_ text: String, at place: Place) -> String? {
        guard let remapping = Remapping(text) else { return nil }
        var context = ""
        if !remapping.context.isEmpty {
            guard let path = prefix(remapping.context, at: place) else { return nil }
            context = path + ":"
        }
        guard let target = prefix(remapping.target, at: place) else { return nil }
        return "\(context)\(remapping.prefix)=\(target)"
    }

    /// Where a secret's file is: relative to the root where it is inside, else absolute.
    func secretFile(_ text: String, at place: Place) -> String {
        let absolute = PathText.join(directory(of: place), text)
        return PathText.inside(root, absolute) ?? absolute
    }

    /// A tool's absolute path.
    func tool(_ text: String, at place: Place) -> String { PathText.join(directory(of: place), text) }

    /// The path of a program of the project, relative to the root; nil after adding a problem.
    ///
    /// A link may lead out of the root, as those of a Python environment do.
    func program(_ text: String, at place: Place) -> String? {
        guard !text.hasPrefix("/") else {
            problems.add(
                place.error(
                    "outside-root",
                    "'\(text)' is absolute",
                    hint: "write '\(PathText.name(of: text))' to have it looked for on PATH"
                )
            )
            return nil
        }
        return absolute(text, at: place).flatMap { PathText.inside(root, $0) ?? outside(text, place) }
    }

    /// A path that others continue: its last `/` stays, and the root itself is the empty text.
    private func prefix(_ text: String, at place: Place) -> String? {
        guard let path = path(text.isEmpty ? "." : text, at: place) else { return nil }
        guard path != "." else { return "" }
        return text.hasSuffix("/") ? path + "/" : path
    }

    private func absolute(_ text: String, at place: Place) -> String? {
        guard !text.hasPrefix("/") else { return absoluteRefused(text, place) }
        return PathText.join(directory(of: place), text)
    }

    private func directory(of place: Place) -> String {
        let directory = PathText.directory(of: place.source.path)
        return files.resolved(directory) ?? directory
    }

    private func absoluteRefused(_ text: String, _ place: Place) -> String? {
        problems.add(
            place.error(
                "outside-root",
                "'\(text)' is absolute",
                hint: "paths are relative to the file that has them"
            )
        )
        return nil
    }

    private func outside(_ text: String, _ place: Place) -> String? {
        problems.add(
            place.error(
                "outside-root",
                "'\(text)' leaves the project's root",
                hint: "the root is \(root); 'root:' in the root manifest widens it"
            )
        )
        return nil
    }
}
