import Foundation
import Glibc
import Model
import Testing
import Toolchain

@testable import Steps
@testable import hyperkit

/// The real Slither, warm and cold.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SlitherWorkersTests {
    private let scratch = NSTemporaryDirectory() + "hyperkit-slither-\(UInt64.random(in: 0 ... .max))"
    private let world: World
    private let toolchain: Toolchain

    init() throws {
        world = .live(scratch: scratch)
        toolchain = try Toolchain(world: world)
    }

    private static let examples = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../examples").standardizedFileURL

    /// The archives of all contracts of an example, one for each file, as the audit makes them.
    private func archives(_ example: String) async throws -> [Data] {
        let folder = Self.examples.appending(path: example).path()
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder).filter {
            $0.hasSuffix(".sol")
        }
        var contents: [String: [String: String]] = [:]
        for path in paths {
            contents[path] = ["content": try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)]
        }
        let solc = try toolchain.find("solc")
        var archives: [Data] = []
        for path in paths.sorted() {
            let wanted = [
                "": ["ast"], "*": ["abi", "userdoc", "devdoc", "evm.bytecode", "evm.deployedBytecode"],
            ]
            let request: [String: Any] = [
                "language": "Solidity", "sources": contents,
                "settings": ["outputSelection": [path: wanted, "*": ["": ["ast"]]]],
            ]
            let input = try JSONSerialization.data(withJSONObject: request)
            let result = try await world.runTool(
                ToolInvocation(solc, ["--standard-json"], standardInput: input))
            let start = try #require(result.standardOutput.firstIndex(of: UInt8(ascii: "{")))
            archives.append(
                try SlitherArchive.text(
                    standardInput: input,
                    standardOutput: Data(result.standardOutput[start...]),
                    compilerVersion: solc.version
                ))
        }
        return archives
    }

    /// What one Slither process, started for it alone, prints of an archive.
    private func cold(_ archive: Data) async throws -> String {
        let result = try await world.runTool(
            ToolInvocation(
                try toolchain.find("slither"),
                [SlitherArchive.fileName, "--json", "-"],
                inputs: [SlitherArchive.fileName: archive]
            ))
        return String(decoding: result.standardOutput, as: UTF8.self)
    }

    @Test(arguments: [("vulnerable", 30), ("treasury", 4)])
    func printsWhatAProcessOfItsOwnPrints(_ example: String, _ least: Int) async throws {
        let workers = SlitherWorkers(try toolchain.find("slither"), world: world)
        let archives = try await archives(example)
        #expect(archives.count > 3)
        var findings = 0
        for archive in archives {
            let answer = try await workers.look(at: archive, deadline: .seconds(120))
            #expect(answer.fault == nil)
            let expected = try await cold(archive)
            #expect(answer.output == expected)
            findings += expected.components(separatedBy: #""check": "#).count - 1
        }
        #expect(findings >= least)
        await workers.close()
        #expect(processes.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch).isEmpty)
    }

    /// What was looked at before leaves no trace in what is printed.
    @Test func printsTheSameTheSecondTime() async throws {
        let workers = SlitherWorkers(try toolchain.find("slither"), world: world)
        let archive = try #require(try await archives("treasury").last)
        let first = try await workers.look(at: archive, deadline: .seconds(120))
        let second = try await workers.look(at: archive, deadline: .seconds(120))
        #expect(first.output == second.output)
        #expect(processes.count == 1)
        await workers.close()
    }

    @Test func memoryThatRunsOutIsTheRequestsOwn() async throws {
        let workers = SlitherWorkers(
            try toolchain.find("slither"), world: world, memoryBytes: 1 << 20)
        let archive = try #require(try await archives("treasury").last)
        let answer = try await workers.look(at: archive, deadline: .seconds(120))
        #expect(answer.fault == "it needs more than the 1 MiB of memory that it may have")
        let worker = processes
        #expect(worker.count == 1)
        _ = try await workers.look(at: archive, deadline: .seconds(120))
        #expect(processes == worker)
        await workers.close()
    }

    @Test func whatIsNoArchiveFailsInSlithersWords() async throws {
        let workers = SlitherWorkers(try toolchain.find("slither"), world: world)
        let answer = try await workers.look(at: Data("{\n}".utf8), deadline: .seconds(120))
        #expect(answer.fault == nil)
        #expect(!answer.output.contains(#""success": true"#))
        #expect(answer.errors.contains("KeyError"))
        let whole = try await workers.look(
            at: try #require(try await archives("treasury").first), deadline: .seconds(120))
        #expect(whole.output.hasPrefix(#"{"success": true"#))
        await workers.close()
    }

    @Test func aWorkerThatWasKilledIsReplaced() async throws {
        let workers = SlitherWorkers(try toolchain.find("slither"), world: world)
        let archive = try #require(try await archives("treasury").last)
        let first = try await workers.look(at: archive, deadline: .seconds(120))
        let worker = try #require(processes.first.flatMap { Int32($0) })
        #expect(kill(worker, SIGKILL) == 0)
        while FileManager.default.fileExists(atPath: "/proc/\(worker)") { await Task.yield() }
        #expect(try await workers.look(at: archive, deadline: .seconds(120)).output == first.output)
        #expect(processes.count == 1)
        await workers.close()
        #expect(processes.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch).isEmpty)
    }

    @Test func aPassedDeadlineLeavesNothing() async throws {
        let workers = SlitherWorkers(try toolchain.find("slither"), world: world)
        let archive = try #require(try await archives("treasury").last)
        let deadline = Duration.milliseconds(20)
        await #expect(throws: ToolError.timedOut(after: deadline)) {
            try await workers.look(at: archive, deadline: deadline)
        }
        #expect(processes.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch).isEmpty)
        #expect(try await workers.look(at: archive, deadline: .seconds(120)).fault == nil)
        await workers.close()
    }

    /// The processes that run below this test's scratch directory.
    private var processes: [String] {
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return numbers.filter { number in
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(number)/cwd")
            return place?.hasPrefix(scratch) == true
        }
    }
}
