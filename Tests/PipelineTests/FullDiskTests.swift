import Foundation
import Testing

extension Pipelines {
    /// Runs whose disk is full: they say which path it is and what to do, and the next goes on.
    @Suite struct FullDisk {
        /// Kilobytes that are left; a run takes some six hundred.
        private static let rooms = [0, 1, 4, 16, 40, 64, 100, 150, 250, 400]

        @Test func isNamedWithItsPathAndLeavesNothingHalfDone() async throws {
            let quiet = try sandbox()
            #expect(try await quiet.run("batch.yaml", "--until", "audit").end == .exited(0))
            let expected = try quiet.report()
            for room in Self.rooms {
                let name: Comment = "\(room) kB"
                let sandbox = try sandbox()
                try sandbox.haveOwnScratch()
                try await sandbox.moveToSmallDisk()
                let disk = try #require(sandbox.disk)
                try disk.fill(leaving: room << 10)
                let full = try await sandbox.run("batch.yaml", "--until", "audit")
                #expect(full.end == .exited(5), "\(name): \(full.errors)")
                #expect(
                    full.errors.contains("No space left on device") || full.errors.contains("is full"), name)
                #expect(["state/", "reports/", "tmp/"].contains { full.errors.contains($0) }, name)
                #expect(full.errors.contains("make room"), "\(name): \(full.errors)")
                #expect(try sandbox.temporaryFiles() == [], name)

                try disk.makeRoom()
                let ran = try await sandbox.run("batch.yaml", "--until", "audit")
                #expect(ran.end == .exited(0), "\(name): \(ran.errors)")
                let report = try sandbox.report()
                for key in ["contracts", "findings", "verdicts", "tools"] {
                    #expect(report[key] == expected[key], name)
                }
                for (step, wanted) in zip(report["steps"].array, expected["steps"].array) {
                    #expect(step["id"] == wanted["id"], name)
                    #expect(step["outputs"] == wanted["outputs"], name)
                }
            }
        }

        /// The state has room, and tools have none: whether for a folder or for what is to be looked at.
        @Test(arguments: [0, 12]) func isNotTakenForAFindingWhereToolsWork(_ kilobytes: Int) async throws {
            let sandbox = try sandbox()
            try sandbox.haveOwnScratch()
            try await sandbox.moveToSmallDisk(["tmp"])
            let disk = try #require(sandbox.disk)
            try disk.fill(leaving: kilobytes << 10)
            let full = try await sandbox.run("batch.yaml", "--until", "audit")
            #expect(full.end == .exited(5), "\(full.errors)")
            // In the words of the system, or of Foundation.
            #expect(full.errors.contains("No space left on device") || full.errors.contains("enough space"))
            #expect(full.errors.contains("/tmp/hyperkit-"), "\(full.errors)")
            #expect(full.errors.contains("make room"), "\(full.errors)")
            #expect(try sandbox.scratch() == [])
            try disk.makeRoom()
            let ran = try await sandbox.run("batch.yaml", "--until", "audit")
            #expect(ran.end == .exited(0), "\(ran.errors)")
        }

        @Test func isToldLikeAnyPathThatCannotBeUsed() async throws {
            let sandbox = try sandbox()
            try sandbox.write(Data(), to: "state")
            let ran = try await sandbox.run("batch.yaml", "--until", "audit")
            #expect(ran.end == .exited(5))
            #expect(
                ran.errors == """
                    error: state: Not a directory [unusable-path]
                      hint: make room or mend its permissions, then run again

                    """)
        }

        private func sandbox() throws -> Sandbox {
            let sandbox = try Sandbox("examples/batch")
            try sandbox.keepFirst(2, in: "contracts")
            return sandbox
        }
    }
}
