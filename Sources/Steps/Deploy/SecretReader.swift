import Ethereum
import Foundation
package import Model

/// Reads secrets at the moment they are due.
package struct SecretReader: Sendable {
    private let world: World
    private let root: String

    /// `root` is where relative paths start.
    package init(world: World, root: String) {
        self.world = world
        self.root = root
    }

    /// The secret behind a reference; `purpose` says in messages what it is for.
    ///
    /// - Throws: ``StepFailure`` of the kind `environment`, coded `no-secret`; it never holds what was read.
    package func read(_ reference: SecretReference, for purpose: String) async throws(StepFailure) -> Secret {
        let text: String
        switch reference {
        case .environment(let name):
            guard let value = world.environment(name) else {
                throw Self.missing("\(purpose) needs the environment variable \(name)", hint: "set \(name)")
            }
            text = value
        case .file(let path):
            text = try read(file: path.hasPrefix("/") ? path : "\(root)/\(path)", named: path, for: purpose)
        case .command(let arguments):
            text = try await run(arguments, for: purpose)
        }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !trimmed.isEmpty else { throw Self.missing("\(purpose): \(reference) is empty", hint: nil) }
        return Secret(trimmed)
    }

    /// The private key of a signer.
    func key(of signer: SignerSpec) async throws(StepFailure) -> PrivateKey {
        let secret = try await read(signer.key, for: "signer '\(signer.name)'")
        do {
            return try PrivateKey(hex: secret.reveal())
        } catch {
            throw StepFailure(
                .environment,
                code: "bad-key",
                "signer '\(signer.name)': \(signer.key) holds no private key",
                hint: "a key is 64 hexadecimal digits, with or without 0x"
            )
        }
    }

    private func read(file path: String, named name: String, for purpose: String) throws(StepFailure)
        -> String
    {
        let bytes: Data?
        do {
            bytes = try world.files.read(path)
        } catch {
            throw Self.missing("\(purpose): \(error)", hint: nil)
        }
        guard let bytes else {
            throw Self.missing("\(purpose) needs the file \(name), which is not there", hint: nil)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func run(_ arguments: [String], for purpose: String) async throws(StepFailure) -> String {
        guard let name = arguments.first, let program = program(name) else {
            throw Self.missing(
                "\(purpose): there is no program '\(arguments.first ?? "")'",
                hint: "give its whole path, or put it on PATH"
            )
        }
        let inherited = ["PATH", "HOME", "USER", "LANG", "TMPDIR"].compactMap { name in
            world.environment(name).map { (name, $0) }
        }
        let result: ToolResult
        do {
            result = try await world.runTool(
                ToolInvocation(
                    program: program,
                    arguments: Array(arguments.dropFirst()),
                    environment: Dictionary(uniqueKeysWithValues: inherited),
                    workingDirectory: root,
                    limits: ToolInvocation.Limits(deadline: .seconds(60), outputBytes: 1 << 16)
                )
            )
        } catch .cancelled {
            throw .cancelled
        } catch {
            throw Self.missing("\(purpose): '\(name)': \(error)", hint: nil)
        }
        guard case .exited(0) = result.status else {
            // What it printed may be the secret, or near it: only its status is told.
            throw Self.missing(
                "\(purpose): '\(name)' ended \(result.status)", hint: "run it by hand to see why")
        }
        return String(decoding: result.standardOutput, as: UTF8.self)
    }

    private func program(_ name: String) -> String? {
        guard !name.contains("/") else { return name.hasPrefix("/") ? name : "\(root)/\(name)" }
        let path = world.environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(name)" }.first { world.files.kind($0) == .file }
    }

    private static func missing(_ message: String, hint: String?) -> StepFailure {
        StepFailure(.environment, code: "no-secret", message, hint: hint)
    }
}
