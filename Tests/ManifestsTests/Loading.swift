import Foundation
import Manifests
import Model
import Support

/// Loads `/p/m.yaml` as a user who stands in `/p` would.
func load(
    _ text: String,
    others: [String: String] = [:],
    set: [String: String] = [:],
    environment: [String: String] = [:],
    requireEnvironment: Bool = true
) throws(ManifestError) -> (manifest: Manifest, notes: [Diagnostic]) {
    let files = MemoryFiles(["/p/m.yaml": text])
    for (path, other) in others { files.set("/p/" + path, other) }
    return try load(
        ["m.yaml"], files, set: set, environment: environment, requireEnvironment: requireEnvironment)
}

/// Loads files of a disk as a user who stands in `directory` would.
func load(
    _ paths: [String],
    _ files: MemoryFiles,
    in directory: String = "/p",
    set: [String: String] = [:],
    environment: [String: String] = [:],
    requireEnvironment: Bool = true
) throws(ManifestError) -> (manifest: Manifest, notes: [Diagnostic]) {
    try ManifestLoader.load(
        paths: paths,
        workingDirectory: directory,
        set: set,
        requireEnvironment: requireEnvironment,
        files: files.access,
        environment: { environment[$0] }
    )
}

/// What a wrong manifest makes hyperkit say; a right one says nothing.
func complaint(
    _ text: String,
    others: [String: String] = [:],
    set: [String: String] = [:],
    environment: [String: String] = [:],
    requireEnvironment: Bool = true
) -> String {
    do throws(ManifestError) {
        _ = try load(
            text,
            others: others,
            set: set,
            environment: environment,
            requireEnvironment: requireEnvironment
        )
        return ""
    } catch {
        return error.description
    }
}

/// The same for files of a disk.
func complaint(_ paths: [String], _ files: MemoryFiles, in directory: String = "/p") -> String {
    do throws(ManifestError) {
        _ = try load(paths, files, in: directory)
        return ""
    } catch {
        return error.description
    }
}
