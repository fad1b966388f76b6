import Model

/// Reads the files that checks declare as their inputs, each once.
struct CheckSurvey {
    /// The largest input that is read, in bytes.
    private static let mostBytes = 64 << 20

    let root: String
    let files: FileAccess
    let printing: Printing

    /// The snapshot with the inputs of each check; what sources are known already is not read again.
    ///
    /// A check none of whose patterns matches is an error; a pattern that matches nothing beside others that do is a warning.
    func adding(_ checks: [CheckSpec], to snapshot: Snapshot) -> Snapshot {
        guard !checks.isEmpty else { return snapshot }
        var seen = snapshot.sources.mapValues { Result<Digest, Diagnostic>.success($0.digest) }
        var problems: [Diagnostic] = []
        var snapshot = snapshot
        for check in checks {
            var inputs: [String: Digest] = [:]
            var unmatched: [Located<String>] = []
            for pattern in check.inputs {
                let paths: [String]
                do {
                    paths = try Glob(pattern.value).files(under: root, in: files)
                } catch let fault as Glob.Fault {
                    problems.append(.error("bad-pattern", fault.reason, at: pattern.location))
                    continue
                } catch {
                    problems.append(.error("unreadable", "\(error)", at: pattern.location))
                    continue
                }
                if paths.isEmpty { unmatched.append(pattern) }
                for path in paths {
                    let read = seen[path] ?? digest(of: path)
                    seen[path] = read
                    switch read {
                    case .success(let digest): inputs[path] = digest
                    case .failure(var problem):
                        problem.location = pattern.location
                        problems.append(problem)
                    }
                }
            }
            let severity: Diagnostic.Severity = unmatched.count == check.inputs.count ? .error : .warning
            problems += unmatched.map { noMatch($0, severity) }
            snapshot.checks[check.name] = inputs.sorted { $0.key < $1.key }
                .map { CheckInput(path: $0.key, digest: $0.value) }
        }
        snapshot.diagnostics += printing.withLines(problems)
        return snapshot
    }

    private func noMatch(_ pattern: Located<String>, _ severity: Diagnostic.Severity) -> Diagnostic {
        let isDirectory = files.kind(PathText.join(root, pattern.value)) == .directory
        return Diagnostic(
            severity,
            "no-match",
            "no file matches '\(pattern.value)'",
            at: pattern.location,
            hint: isDirectory
                ? "it is a directory: '/**' behind it means all that is below it"
                : "the pattern is relative to this file, and the project's root is \(root)"
        )
    }

    private func digest(of path: String) -> Result<Digest, Diagnostic> {
        let absolute = PathText.join(root, path)
        guard PathText.inside(files.resolved(root) ?? root, files.resolved(absolute) ?? absolute) != nil
        else {
            return .failure(
                .error(
                    "outside",
                    "'\(path)' leads out of the project's root",
                    hint: "'root:' widens the project"
                )
            )
        }
        do {
            guard let bytes = try files.read(absolute) else {
                return .failure(.error("missing-file", "'\(path)' is there no more"))
            }
            guard bytes.count <= Self.mostBytes else {
                return .failure(
                    .error(
                        "too-large",
                        "'\(path)' has \(bytes.count) bytes; at most \(Self.mostBytes) are read"
                    )
                )
            }
            return .success(Digest(of: bytes))
        } catch {
            return .failure(.error("unreadable", "\(error)"))
        }
    }
}
