import Foundation
import Model
import Testing

@testable import Toolchain

@Suite struct LockTests {
    let requirements = String(decoding: PackageResources.requirements_txt, as: UTF8.self)

    @Test func theLockOfThisBinaryCanBeRead() throws {
        let lock = try ToolLock.builtIn()
        #expect(lock.version == 1)
        #expect(lock.tools.map(\.name) == ["python-tools", "solc", "slither", "py-evm"])
    }

    @Test(arguments: ["linux-x86_64", "macos-arm64"])
    func everyToolHasASourceForEveryMachine(_ platform: String) throws {
        for tool in try ToolLock.builtIn().tools {
            #expect(tool.sources.contains { $0.suits(platform) }, "\(tool.name)")
        }
    }

    @Test func versionsOfModulesAreThoseOfTheRequirements() throws {
        #expect(requirements.contains("\nslither-analyzer==0.11.6 "))
        #expect(requirements.contains("\npy-evm==0.12.1b1 "))
        let versions = try ToolLock.builtIn().tools.suffix(2).map { $0.sources[0].version }
        #expect(versions == ["0.11.6", "0.12.1b1"])
    }

    @Test func everyRequirementHasAHashAndNoneNamesAHost() {
        let lines = requirements.split(separator: "\n").filter { !$0.hasPrefix("#") }
        for (line, next) in zip(lines, lines.dropFirst()) where line.contains("==") {
            #expect(line.hasSuffix(" \\") && next.hasPrefix("    --hash=sha256:"), "\(line)")
        }
        #expect(lines.allSatisfy { $0.contains("==") || $0.hasPrefix("    --hash=sha256:") })
        #expect(!requirements.contains("://"))
    }

    @Test func toolsLiveInTheUsersCache() throws {
        func folder(_ environment: [String: String]) throws -> String {
            try Toolchain.folder(FakeMachine(environment: environment).world)
        }
        #expect(try folder(["HOME": "/home/a"]) == "/home/a/.cache/hyperkit/tools")
        #expect(try folder(["HOME": "/home/a", "XDG_CACHE_HOME": "/c"]) == "/c/hyperkit/tools")
        #expect(try folder(["HYPERKIT_TOOLS": "/t", "XDG_CACHE_HOME": "/c"]) == "/t")
        #expect(throws: ToolchainError.self) { try folder([:]) }
    }

    @Test func anUnknownToolIsAnsweredWithTheKnownOnes() throws {
        let toolchain = try Toolchain(world: FakeMachine(environment: ["HOME": "/nowhere"]).world)
        let error = #expect(throws: ToolchainError.self) { try toolchain.find("solk") }
        #expect(
            error?.description
                == "there is no tool 'solk'; those that hyperkit knows are python-tools, solc, slither, py-evm"
        )
    }

    @Test func doctorNamesWhatIsMissingAndHowToGetIt() async throws {
        let machine = FakeMachine(environment: ["HOME": "/nowhere", "PATH": "/nowhere"])
        let checks = try await Toolchain(world: machine.world).checks()
        #expect(
            checks.map { "\($0.name): \($0.result.rawValue)" } == [
                "python: missing", "git: missing", "anvil: absent", "python-tools: missing", "solc: missing",
                "slither: missing", "py-evm: missing",
            ]
        )
        #expect(checks.allSatisfy { $0.remedy?.isEmpty == false })
    }
}
