import ArgumentParser
import Foundation
import Model
import Toolchain

/// Third-party tools: what is pinned, what is installed, whether it is whole.
struct ToolchainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "toolchain",
        abstract: "Lists, installs and checks the pinned third-party tools.",
        subcommands: [List.self, Install.self, Verify.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the pinned tools.")

        @Flag(help: "Prints JSON on standard output.") var json = false

        func run() async throws {
            try await Self.guarded { world in
                try ToolchainCommand.show(try Toolchain(world: world).list(), json: json)
            }
        }
    }

    struct Install: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Installs tools that are missing or damaged; each is checked before it is used."
        )

        @ArgumentParser.Argument(help: "The tools; all where none is named.") var names: [String] = []

        func run() async throws {
            try await Self.guarded { world in
                let toolchain = try Toolchain(world: world)
                if names.isEmpty {
                    _ = try await toolchain.installAll { Console.err($0) }
                } else {
                    for name in names { _ = try await toolchain.install(name) { Console.err($0) } }
                }
                try ToolchainCommand.show(try toolchain.list(), json: false)
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Hashes every installed file again.")

        @Flag(help: "Prints JSON on standard output.") var json = false

        func run() async throws {
            try await Self.guarded { world in
                let tools = try await Toolchain(world: world).verify()
                try ToolchainCommand.show(tools, json: json)
                guard tools.allSatisfy({ $0.status == .installed }) else { throw Exit.environment }
            }
        }
    }

    private static func show(_ tools: [Toolchain.Listed], json: Bool) throws {
        if json {
            Console.out(String(decoding: try JSONEncoder.sorted.encode(tools), as: UTF8.self))
            return
        }
        for tool in tools {
            let name = tool.name.padding(toLength: 14, withPad: " ", startingAt: 0)
            let status = tool.status.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0)
            Console.err("\(name) \(status) \(tool.version)\(tool.reason.map { "  (\($0))" } ?? "")")
        }
    }
}

extension AsyncParsableCommand {
    /// Runs a command that works with tools; prints what is wrong with the environment.
    static func guarded(_ work: (World) async throws -> Void) async throws {
        do {
            try await work(.live(scratch: try Scratch.directory()))
        } catch let error as ToolchainError {
            Console.fail("\(error)")
            if case .unknown = error { throw Exit.usage }
            throw Exit.environment
        }
    }
}
