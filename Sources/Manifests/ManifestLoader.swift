package import Model

/// Makes a typed manifest of YAML files.
package enum ManifestLoader {
    /// Reads the manifest that `paths` name: files, or directories whose `*.yaml` files are meant.
    ///
    /// - Parameters:
    ///   - paths: Relative to the working directory or absolute.
    ///   - workingDirectory: Absolute; locations are printed relative to it.
    ///   - set: What `--set` says, by variable.
    ///   - requireEnvironment: Whether a variable must have its value; where not, what it stands in passes.
    ///   - files: The disk.
    ///   - environment: Asked for the variables that say `env`, and for nothing else.
    /// - Returns: The manifest, and what else is worth knowing: notes and warnings, sorted by location.
    /// - Throws: ``ManifestError`` with every problem.
    package static func load(
        paths: [String],
        workingDirectory: String,
        set: [String: String] = [:],
        requireEnvironment: Bool = true,
        files: FileAccess,
        environment: (String) -> String?
    ) throws(ManifestError) -> (manifest: Manifest, notes: [Diagnostic]) {
        let problems = Problems()
        let manifest = withoutActuallyEscaping(environment) { environment in
            let loading = ManifestFiles(files: files, workingDirectory: workingDirectory, problems: problems)
            loading.load(arguments: paths)
            // What an unread file defines is not known, so nothing can be said of references.
            guard !loading.isIncomplete else { return Manifest?.none }
            let variables = Variables(
                environment: environment,
                requiresEnvironment: requireEnvironment,
                problems: problems
            )
            return build(loading.loaded, variables: variables, set: set, files: files, problems: problems)
        }
        let diagnostics = problems.sorted()
        guard let manifest, !problems.hasErrors else { throw ManifestError(diagnostics: diagnostics) }
        return (manifest, diagnostics)
    }

    private static func build(
        _ loaded: [ManifestFiles.File],
        variables: Variables,
        set: [String: String],
        files: FileAccess,
        problems: Problems
    ) -> Manifest? {
        guard let root = root(of: loaded, problems: problems) else { return nil }
        for file in loaded {
            file.node["variables"]?.value.entries?.forEach(variables.define)
        }
        variables.override(set)
        variables.resolveAll()
        let names = names(in: loaded)
        let checker = Checker(
            filler: Filler(variables: variables, problems: problems),
            problems: problems,
            names: names
        )
        let checked = loaded.compactMap { file in
            checker.check(file.node, .map(Grammar.root), what: Checker.wholeManifest)?.map
        }
        guard checked.count == loaded.count else { return nil }
        let paths = ProjectPaths(rootManifest: root, files: files, problems: problems)
        for file in loaded where paths.path(of: file.source) == nil {
            let place = file.includedAt ?? file.source.place(atByte: 0, length: 0)
            problems.add(
                place.error(
                    "outside-root",
                    "\(file.source.name) is not inside the project's root \(paths.root)",
                    hint: "'root:' in the root manifest widens it"
                )
            )
        }
        let builder = ManifestBuilder(files: checked, paths: paths, problems: problems)
        let manifest = builder.build(
            project: root.node["project"]?.value.text ?? "",
            sources: loaded.map {
                Manifest.File(path: paths.path(of: $0.source) ?? $0.source.name, digest: $0.source.digest)
            }
        )
        ReferenceCheck(manifest, names: names, sources: loaded.map(\.source), problems: problems).run()
        return manifest
    }

    /// The one file that names the project.
    private static func root(of loaded: [ManifestFiles.File], problems: Problems) -> ManifestFiles.File? {
        let roots = loaded.filter { $0.node["project"] != nil }
        for file in loaded where file.node["project"] == nil {
            guard let entry = file.node["root"] else { continue }
            problems.add(
                entry.keyPlace.error("root", "only the root manifest, which names the project, has a 'root'"))
        }
        guard let first = roots.first else {
            guard let file = loaded.first else { return nil }
            problems.add(
                file.source.place(atByte: 0, length: 0).error(
                    "root",
                    loaded.count == 1
                        ? "the manifest does not name its project"
                        : "none of the \(loaded.count) files of the manifest names the project",
                    hint: "add 'project: NAME' to the root manifest"
                )
            )
            return nil
        }
        for other in roots.dropFirst() {
            guard let entry = other.node["project"], let place = first.node["project"]?.keyPlace else {
                continue
            }
            problems.add(
                entry.keyPlace.error(
                    "root",
                    "two files name a project",
                    hint: "the first is at \(place.location); a file that is included names none"
                )
            )
        }
        return first
    }

    private static func names(in loaded: [ManifestFiles.File]) -> [Noun: Set<String>] {
        var names: [Noun: Set<String>] = [.compiler: ["default"]]
        for noun in Noun.allCases {
            guard let section = noun.section else { continue }
            for file in loaded {
                names[noun, default: []].formUnion(file.node[section]?.value.entries?.map(\.key) ?? [])
            }
        }
        return names
    }
}
