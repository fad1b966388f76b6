import EthereumTypes
import Foundation
import Testing

extension Pipelines {
    /// Calls that the committed registry alone has: the chain has the last word on whether they were made.
    @Suite struct RegisteredCalls {
        /// A box that was called with a seven.
        private static func bench() async throws -> BoxBench {
            let bench = try await BoxBench()
            try wants(7, bench)
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            #expect(try await bench.sent() == 2)
            return bench
        }

        private static func wants(_ number: Int, _ bench: BoxBench) throws {
            try bench.manifest(
                deployment: #"calls: { set: { function: "set(uint256)", arguments: ["\#(number)"] } }"#,
                top: "registry: registry")
        }

        private static func hash(_ number: UInt8) -> String {
            let selector = Array(Keccak256.hash("set(uint256)".utf8).bytes.prefix(4))
            return Keccak256.hash(selector + [UInt8](repeating: 0, count: 31) + [number]).description
        }

        private static func change(_ old: String, to new: String, _ bench: BoxBench) throws {
            try bench.sandbox.replace(old, with: new, in: "registry/chain.json")
        }

        private static func areNotSkipped(_ bench: BoxBench, because why: String) async throws {
            for ran in [try await bench.plan(), try await bench.run("--network", "chain")] {
                #expect(ran.end == .exited(4), "\(ran.errors)")
                #expect(ran.errors.contains("and the chain says otherwise: \(why)"), "\(ran.errors)")
            }
            #expect(try await bench.sent() == 2)
            await bench.chain.stop()
        }

        /// The file says that the transaction called with an eight, and a machine with and one without the state want that.
        @Test(arguments: [false, true])
        func thatHadOtherDataAreNotSkipped(_ losesState: Bool) async throws {
            let bench = try await Self.bench()
            try Self.change(Self.hash(7), to: Self.hash(8), bench)
            try Self.wants(8, bench)
            if losesState { try bench.sandbox.remove("state") }
            try await Self.areNotSkipped(bench, because: "it calls that with other data")
        }

        @Test func ofAnotherTransactionAreNotSkipped() async throws {
            let bench = try await Self.bench()
            let file = try JSON(text: bench.sandbox.text("registry/chain.json"))
            let entry = try #require(file["deployments"].array.first)
            let creation = try #require(entry["transactionHash"].string)
            let call = try #require(entry["calls"].array.first?["transactionHash"].string)
            try bench.sandbox.remove("state")
            try Self.change(call, to: creation, bench)
            try Self.change("\"block\" : 2", to: "\"block\" : 1", bench)
            try await Self.areNotSkipped(bench, because: "it creates a contract")
        }

        @Test func ofAnotherBlockAreNotSkipped() async throws {
            let bench = try await Self.bench()
            try bench.sandbox.remove("state")
            try Self.change("\"block\" : 2", to: "\"block\" : 3", bench)
            try await Self.areNotSkipped(bench, because: "block 2 has it, not block 3")
        }

        /// One transaction called once, and the file says that it made two calls.
        @Test func thatShareATransactionAreNotSkipped() async throws {
            let bench = try await Self.bench()
            let set = #"{ function: "set(uint256)", arguments: ["7"] }"#
            try bench.manifest(
                deployment: "calls: { set: \(set), again: \(set) }", top: "registry: registry")
            let file = try bench.sandbox.text("registry/chain.json")
            let start = try #require(file.range(of: "\"calls\" : [")).upperBound
            let end = try #require(file.range(of: "]", range: start..<file.endIndex)).lowerBound
            let call = String(file[start..<end])
            try Self.change(call, to: call + "," + call.replacing("\"set\"", with: "\"again\""), bench)
            try bench.sandbox.remove("state")
            try await Self.areNotSkipped(bench, because: "it makes 1 such, and 2 are on record of it")
        }

        /// The file says that another call was made by the transaction that the state counts for one.
        @Test func thatHaveATransactionOfWhichTheStateHasAnotherAreNotSkipped() async throws {
            let bench = try await Self.bench()
            let set = #"{ function: "set(uint256)", arguments: ["7"] }"#
            try bench.manifest(
                deployment: "calls: { set: \(set), again: \(set) }", top: "registry: registry")
            try Self.change("\"name\" : \"set\"", to: "\"name\" : \"again\"", bench)
            try await Self.areNotSkipped(bench, because: "it makes 1 such, and 2 are on record of it")
        }

        // MARK: In the wrong place

        /// Two boxes, of which the first was called with a seven, and a machine without the state.
        private static func two(calling second: String = "") async throws -> BoxBench {
            let bench = try await BoxBench()
            try wantsTwo("", bench)
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            #expect(try await bench.sent() == 3)
            try bench.sandbox.remove("state")
            try wantsTwo(second, bench)
            return bench
        }

        private static func wantsTwo(_ second: String, _ bench: BoxBench) throws {
            let set = #"calls: { set: { function: "set(uint256)", arguments: ["7"] } }"#
            try bench.manifest(
                deployment: """
                    \(set)
                      second: { contract: Box, networks: [chain], arguments: ["2"]\(second.isEmpty ? "" : ", " + set) }
                    """,
                top: "registry: registry")
        }

        /// A merge put the call below the other box: that nothing is on record of the first says nothing.
        @Test(arguments: [[], ["--select", "box"]]) func underAnotherContractAreNotMadeAgain(
            _ more: [String]
        ) async throws {
            let bench = try await Self.two()
            let bytes = Data(try bench.sandbox.text("registry/chain.json").utf8)
            var file = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
            var entries = try #require(file["deployments"] as? [[String: Any]])
            let from = try #require(entries.firstIndex { $0["name"] as? String == "box" })
            let to = try #require(entries.firstIndex { $0["name"] as? String == "second" })
            entries[to]["calls"] = entries[from].removeValue(forKey: "calls")
            file["deployments"] = entries
            try bench.sandbox.write(
                try JSONSerialization.data(withJSONObject: file, options: .sortedKeys),
                to: "registry/chain.json")
            let commands = [
                Sandbox.command("plan", "m.yaml", ["--network", "chain"] + more),
                Sandbox.command("run", "m.yaml", ["--network", "chain"] + more),
            ]
            for command in commands {
                let ran = try await bench.sandbox.hyperkit(
                    command, environment: ["DEV_KEY": DevelopmentAccount.key])
                #expect(ran.end == .exited(4), "\(ran.errors)")
                #expect(
                    ran.errors.contains("and the chain says that this is call:box@chain/set, made to 0x"),
                    "\(ran.errors)")
            }
            #expect(try await bench.sent() == 3)
            await bench.chain.stop()
        }

        /// The same call of another contract is another call.
        @Test func underTheRightContractSayNothingOfAnother() async throws {
            let bench = try await Self.two(calling: "set")
            // Alone, the other's calls are not in the state then.
            for more in [["--select", "second"], [], []] {
                let ran = try await bench.sandbox.hyperkit(
                    Sandbox.command("run", "m.yaml", ["--network", "chain"] + more),
                    environment: ["DEV_KEY": DevelopmentAccount.key])
                #expect(ran.end == .exited(0), "\(ran.errors)")
                #expect(try await bench.sent() == 4)
            }
            await bench.chain.stop()
        }

        @Test func thatWereMadeAreTakenOverWithoutAWord() async throws {
            let bench = try await Self.bench()
            let before = try bench.sandbox.text("registry/chain.json")
            try bench.sandbox.remove("state")
            for _ in 0..<2 {
                let ran = try await bench.run("--network", "chain")
                #expect(ran.end == .exited(0), "\(ran.errors)")
                #expect(!ran.errors.contains("not-confirmed"), "\(ran.errors)")
            }
            #expect(try await bench.sent() == 2)
            #expect(try bench.sandbox.text("registry/chain.json") == before)
            await bench.chain.stop()
        }
    }
}
