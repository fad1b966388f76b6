import Foundation
import Manifests
import Model
import Planning
import Reports
import Survey

/// A manifest with what the disk says of it.
struct Project {
    var manifest: Manifest
    var snapshot: Snapshot
    var notes: [Diagnostic]

    /// Reads manifests and the sources that they name; prints every problem.
    ///
    /// - Throws: ``Exit/usage`` where something is wrong.
    static func load(_ options: ManifestOptions, requireEnvironment: Bool, world: World) throws -> Project {
        try load(
            paths: options.orDefault,
            variables: try options.variables(),
            requireEnvironment: requireEnvironment,
            world: world
        )
    }

    /// Reads manifests and the sources that they name; prints every problem.
    ///
    /// - Throws: ``Exit/usage`` where something is wrong.
    static func load(
        paths: [String],
        variables: [String: String],
        requireEnvironment: Bool,
        world: World
    ) throws -> Project {
        let directory = FileManager.default.currentDirectoryPath
        do throws(ManifestError) {
            let (manifest, notes) = try ManifestLoader.load(
                paths: paths,
                workingDirectory: directory,
                set: variables,
                requireEnvironment: requireEnvironment,
                files: world.files,
                environment: world.environment
            )
            return Project(
                manifest: manifest,
                snapshot: Survey.take(manifest, files: world.files, workingDirectory: directory),
                notes: notes
            )
        } catch {
            // They have their lines, but for those that may hold a secret.
            tell(error.diagnostics)
            throw Exit.usage
        }
    }

    /// Plans; prints every problem.
    ///
    /// - Throws: ``Exit/usage`` where something is wrong.
    func plan(_ request: PlanRequest, world: World) throws -> Planned {
        do {
            return try Planner.plan(manifest, snapshot, request)
        } catch {
            Self.fail(error.diagnostics, world)
            throw Exit.usage
        }
    }

    /// What the user should know of manifests and plan, each once: reading and planning may both say it.
    func notes(with planned: Planned, world: World) -> [Diagnostic] {
        let said = Set(notes.map { Said($0) })
        let all = notes + planned.notes.filter { !said.contains(Said($0)) }
        return all.map(Self.lines(world).shown)
    }

    /// What makes two diagnostics the same, whether or not they show the line.
    private struct Said: Hashable {
        let code: String
        let message: String
        let location: FileLocation?

        init(_ diagnostic: Diagnostic) {
            code = diagnostic.code
            message = diagnostic.message
            location = diagnostic.location
        }
    }

    private static func fail(_ diagnostics: [Diagnostic], _ world: World) {
        tell(diagnostics.map(lines(world).shown))
    }

    private static func tell(_ diagnostics: [Diagnostic]) {
        Console.err(diagnostics)
        let errors = diagnostics.count { $0.severity == .error }
        Console.err("\(PlainWords.count(errors, "error")), nothing ran", .error)
    }

    private static func lines(_ world: World) -> SourceLines {
        SourceLines(directory: FileManager.default.currentDirectoryPath, files: world.files)
    }
}
