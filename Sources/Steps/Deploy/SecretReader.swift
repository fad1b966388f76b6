package import Ethereum
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
        let text = try await text(of: reference, for: purpose).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw Self.missing("\(purpose): \(reference) is empty", hint: nil) }
        return Secret(text)
    }

    /// The URL of an endpoint, which may hold a key, from a reference.
    ///
    /// - Throws: As ``read(_:for:)``; coded `bad-url` where what is there cannot be one, so that nobody tries it again and again.
    func url(_ reference: SecretReference, for purpose: String) async throws(StepFailure) -> Secret {
        let secret = try await read(reference, for: purpose)
        guard Self.isURL(secret.reveal()) else {
            throw StepFailure(
                .environment,
                code: "bad-url",
                "\(purpose): \(reference) holds no URL of http or https with a host",
                hint: "it begins with https:// or http://; its value is not shown, since it may hold a key"
            )
        }
        return secret
    }

    private static func isURL(_ text: String) -> Bool {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty
        else { return false }
        return (1...65_535).contains(parts.port ?? 1)
            && !text.utf8.contains { $0 <= UInt8(ascii: " ") || $0 == 0x7f }
    }

    /// The password behind a reference: all of it but one line break at its end.
    package func password(_ reference: SecretReference, for purpose: String) async throws(StepFailure)
        -> Secret
    {
        var text = try await text(of: reference, for: purpose)
        // A carriage return and a line feed are one character.
        if text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { throw Self.missing("\(purpose): \(reference) is empty", hint: nil) }
        return Secret(text)
    }

    private func text(of reference: SecretReference, for purpose: String) async throws(StepFailure) -> String
    {
        switch reference {
        case .environment(let name):
            guard let value = world.environment(name) else {
                throw Self.missing("\(purpose) needs the environment variable \(name)", hint: "set \(name)")
            }
            return value
        case .file(let path):
            let otherwise = "; where that is not yours to choose, cmd:[cat, \(path)] reads it"
            return String(
                decoding: try read(file: path, for: purpose, otherwise: otherwise), as: UTF8.self)
        case .command(let arguments):
            return try await run(arguments, for: purpose)
        }
    }

    /// The private key behind a reference.
    package func key(_ reference: SecretReference, for purpose: String) async throws(StepFailure)
        -> PrivateKey
    {
        let secret = try await read(reference, for: purpose)
        do {
            return try PrivateKey(hex: secret.reveal())
        } catch {
            throw StepFailure(
                .environment,
                code: "bad-key",
                "\(purpose): \(reference) holds no private key",
                hint: "a key is 64 hexadecimal digits, with or without 0x"
            )
        }
    }

    /// A keystore, still closed.
    func keystore(_ path: String, for purpose: String) throws(StepFailure) -> Keystore {
        let bytes = try read(file: path, for: purpose)
        do throws(KeystoreError) {
            return try Keystore(json: bytes)
        } catch {
            throw Self.unusable(path, error, for: purpose)
        }
    }

    /// The private key in a keystore.
    func key(
        in path: String,
        password reference: SecretReference,
        for purpose: String
    ) async throws(StepFailure) -> PrivateKey {
        let keystore = try keystore(path, for: purpose)
        let password = try await password(reference, for: "the password of \(purpose)")
        do throws(KeystoreError) {
            return try await keystore.key(password: password.reveal())
        } catch {
            throw Self.unusable(path, error, for: purpose)
        }
    }

    private static func unusable(_ path: String, _ error: KeystoreError, for purpose: String) -> StepFailure {
        StepFailure(.environment, code: "bad-keystore", "\(purpose): keystore \(path): \(error)")
    }

    /// The bytes of a file that nobody else may read; `otherwise` says what else a reference could be.
    private func read(
        file name: String,
        for purpose: String,
        otherwise: String = ""
    ) throws(StepFailure) -> Data {
        let path = name.hasPrefix("/") ? name : "\(root)/\(name)"
        let found: PrivateFile
        do {
            found = try world.files.readPrivate(path)
        } catch {
            throw Self.missing("\(purpose): \(error)", hint: nil)
        }
        switch found {
        case .file(let bytes): return bytes
        case .absent:
            throw Self.missing("\(purpose) needs the file \(name), which is not there", hint: nil)
        case .link:
            throw Self.missing(
                "\(purpose): \(name) is a symbolic link, which anybody may have put there",
                hint: "name the file itself\(otherwise)"
            )
        case .other: throw Self.missing("\(purpose): \(name) is no file", hint: nil)
        case .open(let mode):
            throw Self.missing(
                "\(purpose): others than its owner may use \(name) (mode 0\(String(mode, radix: 8)))",
                hint: "chmod 600 \(name)\(otherwise)"
            )
        }
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
                "\(purpose): '\(name)' \(result.status)", hint: "run it by hand to see why")
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
