import Foundation
import Testing

extension Pipelines {
    /// Whether what is sent can go on record is known before it is sent.
    @Suite struct RegistryWriting {
        private static let file = "registry/chain.json"

        /// A project whose box is on a chain and on record.
        private static func deployed() async throws -> BoxBench {
            let bench = try await BoxBench()
            try bench.manifest(top: "registry: registry")
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            #expect(try await bench.sent() == 1)
            return bench
        }

        /// Only who writes finds out that a disk is full.
        @Test func aFullDiskIsFoundOutAheadOfTheFirstSignature() async throws {
            let bench = try await Self.deployed()
            let sandbox = bench.sandbox
            let before = try sandbox.text(Self.file)
            try await sandbox.moveToSmallDisk(["registry"])
            let disk = try #require(sandbox.disk)
            try sandbox.write(Data(before.utf8), to: Self.file)
            try bench.manifest(number: 2, top: "registry: registry")
            for room in [0, 32 << 10] {
                try disk.fill(leaving: room)
                let ran = try await bench.run("--network", "chain")
                #expect(ran.end == .exited(5), "\(ran.errors)")
                #expect(
                    ran.errors.contains(
                        "the registry 'registry' cannot be written: No space left on device"), "\(ran.errors)"
                )
                #expect(ran.errors.contains("nothing was sent"))
                #expect(try await bench.sent() == 1)
                #expect(try sandbox.text(Self.file) == before)
                #expect(try sandbox.names("registry") == ["chain.json"])
            }
            try disk.makeRoom()
            let ran = try await bench.run("--network", "chain")
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(try await bench.sent() == 2)
            #expect(try sandbox.text(Self.file) != before)
            await bench.chain.stop()
        }

        /// A run would put a file into its place and leave the target as it is; one that leads nowhere reads as if nothing were there.
        @Test(arguments: [true, false]) func aLinkInThePlaceOfAFileIsRefused(_ leadsSomewhere: Bool)
            async throws
        {
            let bench = try await Self.deployed()
            let sandbox = bench.sandbox
            let before = try sandbox.text(Self.file)
            if leadsSomewhere { try sandbox.write(Data(before.utf8), to: "real/chain.json") }
            for path in ["state", Self.file] { try sandbox.remove(path) }
            func link(_ path: String, to target: String) throws {
                try FileManager.default.createSymbolicLink(
                    atPath: sandbox.project.appending(path: path).path(), withDestinationPath: target)
            }
            try link(Self.file, to: "../real/chain.json")
            let ran = try await bench.run("--network", "chain")
            #expect(ran.end == .exited(2), "\(ran.errors)")
            #expect(ran.errors.contains("registry/chain.json is a symbolic link"), "\(ran.errors)")
            if leadsSomewhere {
                try sandbox.remove("registry")
                try link("registry", to: "real")
                let kept = try await bench.run("--network", "chain")
                #expect(kept.end == .exited(0), "\(kept.errors)")
            }
            #expect(try await bench.sent() == 1)
            await bench.chain.stop()
        }
    }
}
