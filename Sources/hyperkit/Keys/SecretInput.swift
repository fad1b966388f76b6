import ArgumentParser
import Ethereum
import Foundation
import Manifests
import Model
import Steps

/// Where the secrets of a command come from: a reference on its command line, else a person at the terminal.
struct SecretInput {
    let world: World
    var prompt = SecretPrompt()

    private var reader: SecretReader {
        SecretReader(world: world, root: FileManager.default.currentDirectoryPath)
    }

    /// The reference that an option gives.
    ///
    /// - Throws: A `ValidationError` that does not repeat what was written: it may be the secret itself.
    static func reference(_ text: String?, option: String) throws -> SecretReference? {
        guard let text else { return nil }
        do throws(Diagnostic) {
            return try SecretReference(text)
        } catch {
            throw ValidationError("\(option): \(error.message)\(error.hint.map { "; \($0)" } ?? "")")
        }
    }

    /// A password for a new file, asked for twice.
    func newPassword(_ reference: SecretReference?) async throws -> Secret {
        if let reference {
            return try await told { try await reader.password(reference, for: "the password") }
        }
        let password = try ask("password: ", option: "--password")
        guard !password.reveal().isEmpty else { throw refused("an empty password protects nothing") }
        guard try ask("the same again: ", option: "--password").reveal() == password.reveal() else {
            throw refused("the two passwords are not the same")
        }
        return password
    }

    /// The private key that is to be imported.
    func key(_ reference: SecretReference?) async throws -> PrivateKey {
        if let reference { return try await told { try await reader.key(reference, for: "the key") } }
        let typed = try ask("private key: ", option: "--key")
        do throws(PrivateKey.Fault) {
            return try PrivateKey(hex: typed.reveal())
        } catch {
            throw refused("that is no private key: a key is 64 hexadecimal digits, with or without 0x")
        }
    }

    private func ask(_ question: String, option: String) throws -> Secret {
        do throws(SecretPrompt.Fault) {
            return try prompt.ask(question)
        } catch {
            switch error {
            case .interrupted: throw Exit(code: 130)
            case .noTerminal:
                throw refused(
                    "there is no terminal to ask on; write \(option) env:NAME or \(option) file:PATH")
            }
        }
    }

    private func refused(_ message: String) -> Exit {
        Console.fail(message)
        return .usage
    }

    /// Prints why a reference gives nothing.
    private func told<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let failure as StepFailure {
            Console.fail(failure.message, hint: failure.hint)
            throw Exit.environment
        }
    }
}
