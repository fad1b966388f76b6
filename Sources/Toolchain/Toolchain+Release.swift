import Foundation
import Model

/// What the list of official releases says of one of them, as far as it is read.
private struct ReleaseList: Decodable {
    struct Build: Decodable {
        var path: String
        var longVersion: String
        var sha256: String
    }

    var builds: [Build]
}

extension Toolchain {
    /// Downloads an official release; both its list and the bytes must agree with the lock.
    func make(
        _ name: String,
        _ release: ToolSource.Release,
        in staging: String,
        _ progress: Progress
    ) async throws(ToolchainError) -> ToolRecord {
        let base = "\(mirror ?? release.mirror)/\(release.directory)"
        progress("\(name) \(release.version): downloading from \(base)")
        let list: ReleaseList
        do {
            list = try JSONDecoder().decode(ReleaseList.self, from: await fetch("\(base)/list.json"))
        } catch let error as ToolchainError {
            throw error
        } catch {
            throw .source(reason: "\(base)/list.json cannot be read as a list of releases")
        }
        guard let build = list.builds.first(where: { $0.longVersion == release.version }) else {
            throw .source(reason: "\(base)/list.json has no version \(release.version)")
        }
        guard build.sha256 == "0x\(release.sha256)" else {
            throw .source(
                reason: "\(base)/list.json says that the SHA-256 is \(build.sha256), not 0x\(release.sha256)")
        }
        guard build.path == release.file else {
            throw .source(reason: "\(base)/list.json names the file '\(build.path)', not '\(release.file)'")
        }
        let bytes = try await fetch("\(base)/\(release.file)")
        let digest = Digest(of: bytes)
        guard digest.hex == release.sha256 else {
            throw .source(
                reason: "\(base)/\(release.file) has the SHA-256 \(digest.hex), not \(release.sha256)")
        }
        let program = "\(staging)/\(name)"
        try folder.write(bytes, to: program)
        try folder.makeExecutable(program)
        try await expectVersion(release.version, program, [])
        return ToolRecord(
            name: name, toolVersion: release.version, source: base, program: name, digest: digest,
            sizes: [name: bytes.count]
        )
    }

    /// Starts a compiler and compares the version it reports.
    func expectVersion(_ version: String, _ program: String, _ leading: [String]) async throws(ToolchainError)
    {
        let result = try await run(program, leading + ["--version"], environment: [:], deadline: .seconds(60))
        let said = String(decoding: result.standardOutput, as: UTF8.self)
        guard said.contains("Version: \(version)") else {
            throw .source(reason: "it reports another version than \(version): \(said.suffix(200))")
        }
    }

    private func fetch(_ url: String) async throws(ToolchainError) -> Data {
        let reply: HTTPReply
        do {
            reply = try await world.http(HTTPRequest(url: url, deadline: .seconds(600), redirects: 5))
        } catch {
            if error.kind == .cancelled { throw .cancelled }
            throw .source(reason: "\(url): \(error.message)")
        }
        guard reply.status == 200 else { throw .source(reason: "\(url): HTTP status \(reply.status)") }
        return reply.body
    }
}
