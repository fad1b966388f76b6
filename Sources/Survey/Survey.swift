package import Model

/// Reads what a plan depends on, each file once, and says all that is wrong.
package enum Survey {
    /// Looks at every source, glob and table that `manifest` names.
    ///
    /// Locations are printed relative to `workingDirectory`, an absolute path; the project's root where there is none.
    package static func take(
        _ manifest: Manifest,
        files: FileAccess,
        workingDirectory: String? = nil
    ) -> Snapshot {
        let printing = Printing(
            root: manifest.root, directory: workingDirectory ?? manifest.root, files: files)
        var surveyor = Surveyor(root: manifest.root, files: files, printing: printing)
        for contract in manifest.contracts {
            guard case .source(let path, let name) = contract.origin else { continue }
            surveyor.addContract(path, named: name, compiler: contract.compiler, manifest)
        }
        for set in manifest.sets {
            switch set.origin {
            case .glob(let pattern): surveyor.addGlob(pattern, of: set, manifest)
            case .rows(let path, _, _): surveyor.addRows(path, of: set)
            }
        }
        return CheckSurvey(root: manifest.root, files: files, printing: printing)
            .adding(manifest.checks, to: surveyor.finished())
    }
}

/// A survey while it goes on.
private struct Surveyor {
    /// The largest file that is read.
    private static let mostBytes = 8 << 20

    private(set) var snapshot = Snapshot()
    private let root: String
    /// With symbolic links resolved.
    private let realRoot: String
    private let files: FileAccess
    private let printing: Printing
    /// Files that could not be read, and why, so that each is told of once for each place that names it.
    private var unreadable: [String: Diagnostic] = [:]
    private var reported: Set<Diagnostic> = []

    init(root: String, files: FileAccess, printing: Printing) {
        self.root = root
        realRoot = files.resolved(root) ?? root
        self.files = files
        self.printing = printing
    }

    /// What was seen, with the lines that problems are about.
    func finished() -> Snapshot {
        var snapshot = snapshot
        snapshot.diagnostics = printing.withLines(snapshot.diagnostics)
        return snapshot
    }

    mutating func addContract(
        _ path: Located<String>,
        named name: String?,
        compiler: String,
        _ manifest: Manifest
    ) {
        guard let source = source(path.value) else {
            report(missing(path.value), at: path.location)
            return
        }
        if case .failure(let fault) = source.contractMeant(named: name) {
            snapshot.diagnostics.append(
                .error("unknown-contract", fault.message, at: path.location, hint: fault.hint)
            )
        }
        close(over: path.value, compiler: compiler, manifest)
    }

    mutating func addGlob(_ pattern: Located<String>, of set: SetSpec, _ manifest: Manifest) {
        do {
            let paths = try Glob(pattern.value).files(under: root, in: files)
            snapshot.globs[set.name] = paths
            if paths.isEmpty {
                snapshot.diagnostics.append(
                    .error(
                        "no-match",
                        "no file matches '\(pattern.value)'",
                        at: pattern.location,
                        hint: "the pattern is relative to this file, and the project's root is \(root)"
                    )
                )
            }
            for path in paths {
                guard source(path) != nil else {
                    report(missing(path), at: pattern.location)
                    continue
                }
                close(over: path, compiler: set.compiler, manifest)
            }
        } catch let fault as Glob.Fault {
            snapshot.diagnostics.append(.error("bad-pattern", fault.reason, at: pattern.location))
        } catch {
            snapshot.diagnostics.append(.error("unreadable", "\(error)", at: pattern.location))
        }
    }

    mutating func addRows(_ path: Located<String>, of set: SetSpec) {
        switch read(path.value) {
        case .failure(let problem): report(problem, at: path.location)
        case .success(let bytes):
            let reader = CSVReader(bytes, file: printing.name(of: path.value))
            snapshot.diagnostics += reader.problems
            snapshot.rows[set.name] = reader.table
        }
    }

    /// Finds everything that a file imports, and what that imports.
    private mutating func close(over path: String, compiler: String, _ manifest: Manifest) {
        let key = Snapshot.ClosureKey(compiler: compiler, path: path)
        guard snapshot.closures[key] == nil else { return }
        let remappings = Remappings(manifest.compilers[compiler]?.remappings ?? [])
        var closure: Set<String> = [path]
        var waiting = [path]
        while let next = waiting.popLast() {
            guard let source = source(next) else { continue }
            for imported in source.imports {
                let name = remappings.resolve(imported.text, from: next)
                guard closure.insert(name).inserted else { continue }
                if self.source(name) != nil {
                    waiting.append(name)
                } else {
                    closure.remove(name)
                    reportImport(imported, of: next, name: name)
                }
            }
        }
        snapshot.closures[key] = closure.sorted()
    }

    private mutating func reportImport(_ imported: SourceFile.Import, of importer: String, name: String) {
        let problem = missing(name)
        let looked = name == imported.text ? "" : ", looked for as '\(name)'"
        let location = FileLocation(
            file: printing.name(of: importer),
            line: imported.line,
            column: imported.column
        )
        let diagnostic = Diagnostic(
            .error,
            problem.code == "missing-file" ? "missing-import" : problem.code,
            problem.code == "missing-file"
                ? "there is no file for the import '\(imported.text)'\(looked)" : problem.message,
            at: location,
            length: imported.text.utf8.count + 2,
            hint: problem.code == "missing-file"
                ? "paths without ./ start at the project's root, or need a remapping under 'compilers'"
                : problem.hint
        )
        if reported.insert(diagnostic).inserted { snapshot.diagnostics.append(diagnostic) }
    }

    /// The file, read now or before; nil where it cannot be read.
    private mutating func source(_ path: String) -> SourceFile? {
        if let known = snapshot.sources[path] { return known }
        guard unreadable[path] == nil else { return nil }
        switch read(path) {
        case .failure(let problem):
            unreadable[path] = problem
            return nil
        case .success(let bytes):
            let scanner = SolidityScanner(bytes)
            let source = SourceFile(
                path: path,
                digest: Digest(of: bytes),
                pragmas: scanner.pragmas,
                imports: scanner.imports,
                declarations: scanner.declarations
            )
            snapshot.sources[path] = source
            return source
        }
    }

    private func read(_ path: String) -> Result<[UInt8], Diagnostic> {
        guard !path.hasPrefix("/") else {
            return .failure(
                .error(
                    "outside",
                    "'\(path)' is absolute, so its code would depend on this machine",
                    hint: "write it relative to the file or to the project's root"
                )
            )
        }
        let absolute = PathText.join(root, path)
        let real = files.resolved(absolute) ?? absolute
        guard PathText.inside(realRoot, real) != nil else {
            return .failure(
                .error(
                    "outside", "'\(path)' leads out of the project's root", hint: "'root:' widens the project"
                )
            )
        }
        do {
            guard files.kind(absolute) != .directory else {
                return .failure(.error("not-a-file", "'\(path)' is a directory", hint: "name a file"))
            }
            guard let bytes = try files.read(absolute) else {
                return .failure(.error("missing-file", "there is no file '\(path)'", hint: nearby(path)))
            }
            guard bytes.count <= Self.mostBytes else {
                return .failure(
                    .error(
                        "too-large", "'\(path)' has \(bytes.count) bytes; at most \(Self.mostBytes) are read")
                )
            }
            return .success(Array(bytes))
        } catch {
            return .failure(.error("unreadable", "\(error)"))
        }
    }

    private func missing(_ path: String) -> Diagnostic {
        unreadable[path] ?? .error("missing-file", "there is no file '\(path)'", hint: nearby(path))
    }

    /// A name like it in the same directory, or what the directory has.
    private func nearby(_ path: String) -> String {
        // Beyond a hundred problems a list of names helps nobody, and takes long.
        guard unreadable.count < 100 else { return "it is relative to the project's root \(root)" }
        let directory = PathText.directory(of: path)
        let names = (try? files.list(PathText.join(root, directory))) ?? []
        guard !names.isEmpty else {
            let isThere = files.kind(PathText.join(root, directory)) == .directory
            return isThere
                ? "'\(directory)' is empty; the project's root is \(root)"
                : "there is no directory '\(directory)' in the project's root \(root)"
        }
        if let near = Nearest.match(for: PathText.name(of: path), among: names) {
            return "did you mean '\(directory == "." ? near : directory + "/" + near)'?"
        }
        return "'\(directory)' has \(names.prefix(8).joined(separator: ", "))\(names.count > 8 ? ", …" : "")"
    }

    private mutating func report(_ problem: Diagnostic, at location: FileLocation) {
        var placed = problem
        placed.location = location
        if reported.insert(placed).inserted { snapshot.diagnostics.append(placed) }
    }
}
