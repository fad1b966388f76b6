import Foundation

/// A folder of its own for one test, with a copy of an example in it; it goes with the value.
final class Sandbox {
    /// What a program left.
    struct Ran {
        var end: Child.End
        var output: String
        var errors: String
    }

    /// The project, as this process sees it.
    var project: URL { disk?.view(of: folder) ?? folder }
    /// The disk with the state, the reports and the scratch folders, where it has one of its own.
    private(set) var disk: SmallDisk?
    private let base: URL
    /// Where programs run.
    private let folder: URL
    private var environment: [String: String] = [:]
    private var children = 0

    /// Copies the folder `example` of the repository; nil for an empty project.
    init(_ example: String? = nil) throws {
        let name = "hyperkit-pipeline-\(UInt64.random(in: 0 ... .max))"
        base = FileManager.default.temporaryDirectory.appending(path: name)
        folder = base.appending(path: "project")
        try FileManager.default.createDirectory(at: base, withIntermediateDirectories: false)
        if let example {
            try FileManager.default.copyItem(at: Self.repository.appending(path: example), to: folder)
        } else {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        }
    }

    deinit { try? FileManager.default.removeItem(at: base) }

    /// The bytes of all files by path: those of the project, and what programs wrote to their standard output.
    func everything() throws -> [String: Data] {
        var files: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: base.path()) {
            let place = base.appending(path: path)
            let type = try FileManager.default.attributesOfItem(atPath: place.path())[.type]
            if type as? FileAttributeType == .typeRegular { files[path] = try Data(contentsOf: place) }
        }
        return files
    }

    private static let repository = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The program of this build: beside the tests, or where debug builds are.
    private static let program: URL = {
        let beside = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "hyperkit")
        if let beside, FileManager.default.isExecutableFile(atPath: beside.path()) { return beside }
        return repository.appending(path: ".build/debug/hyperkit")
    }()
}

// MARK: - Programs

extension Sandbox {
    /// Starts hyperkit.
    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Child {
        children += 1
        let (program, all) = disk?.entering(folder, Self.program, arguments) ?? (Self.program, arguments)
        return try Child(
            program,
            all,
            in: folder,
            output: base.appending(path: "output-\(children)"),
            environment: self.environment.merging(environment) { $1 }
        )
    }

    /// Runs hyperkit to its end.
    func hyperkit(_ arguments: [String], environment: [String: String] = [:]) async throws -> Ran {
        let child = try start(arguments, environment: environment)
        let errors = await child.remainingErrors()
        return Ran(end: await child.end(), output: try child.output, errors: errors)
    }

    /// The arguments of a command that runs something: its state is in the project's `state`, its reports in `reports`.
    static func command(
        _ command: String,
        _ manifest: String,
        state: String = "state",
        progress: String = "plain",
        _ more: [String] = []
    ) -> [String] {
        [command, manifest, "--state-dir", state, "--report-dir", "reports", "--progress", progress] + more
    }

    /// Runs a manifest's pipeline.
    func run(
        _ manifest: String,
        _ more: String...,
        state: String = "state",
        environment: [String: String] = [:]
    ) async throws -> Ran {
        try await hyperkit(Self.command("run", manifest, state: state, more), environment: environment)
    }

    /// Plans a manifest; the plan file is on standard output.
    func plan(_ manifest: String, _ more: String...) async throws -> Ran {
        try await hyperkit(Self.command("plan", manifest, ["--json"] + more))
    }
}

// MARK: - Disks

extension Sandbox {
    /// The folders that programs write to.
    static let written = ["state", "reports", "tmp"]

    /// Gives programs a folder of this sandbox for temporary files.
    func haveOwnScratch() throws {
        for name in Self.written {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        environment["TMPDIR"] = folder.appending(path: "tmp").path()
    }

    /// Puts folders that programs write to on a disk that can be full.
    func moveToSmallDisk(_ names: [String] = written) async throws {
        disk = try await SmallDisk(holding: names.map { folder.appending(path: $0) }, near: base)
    }

    /// The scratch folders of tools that are there now.
    func scratch() throws -> [String] {
        try names("tmp").filter { $0.hasPrefix("hyperkit-") }.flatMap { try names("tmp/\($0)") }
    }

    /// The files that are there only while something is written, and the folders that are there only while a tool runs.
    func temporaryFiles() throws -> Set<String> {
        let written = try ["state", "reports"].flatMap { folder in try paths(folder).map { "\(folder)/\($0)" }
        }
        return Set(written.filter { $0.hasSuffix(".tmp") || $0.contains("/.") } + (try scratch()))
    }
}

// MARK: - Files

extension Sandbox {
    func text(_ path: String) throws -> String {
        try String(contentsOf: project.appending(path: path), encoding: .utf8)
    }

    func write(_ bytes: Data, to path: String) throws {
        let file = project.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try bytes.write(to: file)
    }

    /// Replaces a text that stands in a file once.
    func replace(_ old: String, with new: String, in path: String) throws {
        let parts = try text(path).components(separatedBy: old)
        guard parts.count == 2 else {
            throw CocoaError(.fileReadCorruptFile, userInfo: [NSLocalizedDescriptionKey: "\(old) in \(path)"])
        }
        try write(Data(parts.joined(separator: new).utf8), to: path)
    }

    func copy(_ path: String, to other: String) throws {
        try FileManager.default.copyItem(
            at: project.appending(path: path),
            to: project.appending(path: other)
        )
    }

    /// Leaves the first files of a folder, by name, and removes the others; folders stay.
    func keepFirst(_ count: Int, in folder: String) throws {
        for path in try files(folder).dropFirst(count) {
            try FileManager.default.removeItem(at: project.appending(path: "\(folder)/\(path)"))
        }
    }

    /// The names of a folder's files, sorted; folders are left out.
    func files(_ folder: String) throws -> [String] {
        try names(folder).filter { name in
            let path = project.appending(path: "\(folder)/\(name)").path()
            return try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
                == .typeRegular
        }
    }

    /// The names in a folder, sorted.
    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: project.appending(path: folder).path()).sorted()
    }

    /// The paths of the files below a folder, sorted; none where there is no folder.
    func paths(_ folder: String) throws -> [String] {
        guard exists(folder) else { return [] }
        let base = project.appending(path: folder).path()
        return try FileManager.default.subpathsOfDirectory(atPath: base).sorted().filter { path in
            let kind = try FileManager.default.attributesOfItem(atPath: "\(base)/\(path)")[.type]
            return kind as? FileAttributeType != .typeDirectory
        }
    }

    /// Removes a file, or a folder with all that is in it, where it is there.
    func remove(_ path: String) throws {
        guard
            exists(path)
                || (try? FileManager.default.destinationOfSymbolicLink(
                    atPath: project.appending(path: path).path())) != nil
        else { return }
        try FileManager.default.removeItem(at: project.appending(path: path))
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: project.appending(path: path).path())
    }

    /// The newest report.json.
    func report() throws -> JSON { try JSON(text: text("reports/latest/report.json")) }

    /// The events of the newest run.
    func events() throws -> [JSON] {
        try text("reports/latest/events.jsonl").split(separator: "\n").map { try JSON(text: String($0)) }
    }
}

extension Sandbox {
    /// Whether a file below a folder holds a text, as such or without its first two characters.
    func anyFile(in folder: String, holds text: String) throws -> Bool {
        let needles = [Data(text.utf8), Data(text.dropFirst(2).utf8)]
        let paths = try FileManager.default.subpathsOfDirectory(
            atPath: project.appending(path: folder).path())
        return paths.contains { path in
            let bytes = try? Data(contentsOf: project.appending(path: "\(folder)/\(path)"))
            return bytes.map { bytes in needles.contains { bytes.range(of: $0) != nil } } ?? false
        }
    }
}
