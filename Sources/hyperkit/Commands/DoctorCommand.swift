import ArgumentParser
import Foundation
import Model
import Toolchain

/// What is missing on this machine and how to get it.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Says what is missing on this machine and how to get it."
    )

    @Flag(help: "Prints JSON on standard output.") var json = false

    func run() async throws {
        try await Self.guarded { world in
            let checks = try await Toolchain(world: world).checks()
            if json {
                Console.out(String(decoding: try JSONEncoder.sorted.encode(checks), as: UTF8.self))
            } else {
                for check in checks {
                    let name = check.name.padding(toLength: 14, withPad: " ", startingAt: 0)
                    let result = check.result.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
                    Console.err("\(name) \(result) \(check.detail)")
                    if let remedy = check.remedy, check.result != .ready { Console.err("  hint: \(remedy)") }
                }
            }
            guard checks.allSatisfy({ $0.result != .missing }) else { throw Exit.environment }
        }
    }
}
