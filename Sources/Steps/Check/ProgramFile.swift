import Model

/// The file that a check starts.
struct ProgramFile: Sendable {
    /// Absolute.
    let path: String
    /// How it is on record: absolute where it was found on PATH, else relative to the project's root.
    let name: String
    /// Of the file itself; what else it loads or starts is not known.
    let digest: Digest

    /// Finds a program.
    ///
    /// - Throws: ``StepFailure`` of the kind `environment`, coded `no-program`, that says where it was looked for.
    static func find(
        _ program: CheckSpec.Program,
        root: String,
        in world: World
    ) throws(StepFailure) -> ProgramFile {
        switch program {
        case .file(let name):
            guard let file = try read(PathText.join(root, name), named: name, in: world) else {
                throw missing(
                    "there is no file '\(name)' in the project's root",
                    hint: "a program without a '/' in its name is looked for on PATH"
                )
            }
            return file
        case .named(let name):
            // A relative entry would make the program depend on where hyperkit was started.
            let directories = searchPath(world).split(separator: ":").filter { $0.hasPrefix("/") }
            for directory in directories {
                let path = PathText.join(String(directory), name)
                guard world.files.kind(path) == .file else { continue }
                if let file = try read(path, named: path, in: world) { return file }
            }
            throw missing(
                "there is no program '\(name)' on PATH: looked in \(directories.joined(separator: ", "))",
                hint: "install it, or name it by a path relative to the manifest"
            )
        }
    }

    /// PATH, or where programs usually are.
    static func searchPath(_ world: World) -> String {
        world.environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    }

    private static func read(
        _ path: String,
        named name: String,
        in world: World
    ) throws(StepFailure) -> ProgramFile? {
        do throws(FileError) {
            guard world.files.kind(path) == .file, let bytes = try world.files.read(path) else { return nil }
            return ProgramFile(path: path, name: name, digest: Digest(of: bytes))
        } catch {
            throw missing("the program cannot be read: \(error)", hint: "make it readable")
        }
    }

    private static func missing(_ message: String, hint: String) -> StepFailure {
        StepFailure(.environment, code: "no-program", message, hint: hint)
    }
}
