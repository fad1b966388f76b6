import Foundation
import Model

extension Toolchain {
    /// Makes a Python environment whose every package has a hash in the requirements file.
    func make(
        _ name: String,
        _ source: ToolSource.Environment,
        in staging: String,
        _ progress: Progress
    ) async throws(ToolchainError) -> ToolRecord {
        let python = try await python(source.python)
        progress("\(name): making an environment with Python \(python.version)")
        _ = try await run(python.path, ["-I", "-m", "venv", staging])
        let wanted = "\(staging)/requirements.txt"
        try folder.write(requirements, to: wanted)
        progress("\(name): installing Python packages")
        _ = try await run(
            "\(staging)/bin/python",
            [
                "-I", "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check",
                "--require-hashes", "--only-binary", ":all:", "--requirement", wanted,
            ]
        )
        return ToolRecord(
            name: name,
            toolVersion: source.version,
            source: "Python packages",
            program: "bin/python",
            environment: ["LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0"],
            digest: try packagesDigest(staging, python.version),
            madeWith: ["python \(python.version)"]
        )
    }

    /// Of the packages' files and the interpreter's version; of nothing that depends on where or when they were
    /// installed.
    private func packagesDigest(_ directory: String, _ version: String) throws(ToolchainError) -> Digest {
        let lines = try folder.digests(below: directory)
            .filter { name, _ in
                name.contains("/site-packages/") && !name.contains("/__pycache__/")
                    && !name.hasSuffix("/RECORD")
            }
            .map { "\($0.value.hex)  \($0.key)\n" }.sorted()
        return Digest(of: Data((["python \(version)\n"] + lines).joined().utf8))
    }

    struct Python {
        var path: String
        var version: String
    }

    /// The first Python on `PATH` that is neither too old nor too new.
    func python(_ range: ToolSource.Environment.Range) async throws(ToolchainError) -> Python {
        let (oldest, newest) = (minor(range.oldest), minor(range.newest))
        var seen: [String] = []
        for name in ["python3"] + (oldest...max(oldest, newest)).reversed().map({ "python3.\($0)" }) {
            guard let path = onPath(name) else { continue }
            let script = "import sys; print(sys.version.split()[0])"
            guard let result = try? await run(path, ["-I", "-c", script], deadline: .seconds(60)) else {
                continue
            }
            let version = String(decoding: result.standardOutput, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            if version.hasPrefix("3."), (oldest...newest).contains(minor(version)) {
                return Python(path: path, version: version)
            }
            seen.append("\(path) is \(version)")
        }
        throw .source(
            reason: "Python \(range.oldest) to \(range.newest) is needed"
                + (seen.isEmpty
                    ? "; install python3 and python3-venv" : ", and \(seen.joined(separator: ", "))")
        )
    }

    /// 11 of `3.11.7`.
    private func minor(_ version: String) -> Int {
        let parts = version.split(separator: ".")
        return parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    }
}
