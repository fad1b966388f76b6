import Foundation
import Model
import Testing

@testable import hyperkit

@Suite struct LiveWorldTests {
    @Test func isTheMachineItRunsOn() async throws {
        let scratch = NSTemporaryDirectory() + "hyperkit-world-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let world = World.live(scratch: scratch)
        #expect(abs(Double(world.now().milliseconds) / 1_000 - Date().timeIntervalSince1970) < 60)
        let before = world.elapsed()
        try await world.sleep(.milliseconds(1))
        #expect(world.elapsed() - before >= .milliseconds(1))
        #expect(world.randomBytes(32) != world.randomBytes(32))
        #expect(world.environment("PATH") == ProcessInfo.processInfo.environment["PATH"])
        #expect(world.environment("HYPERKIT_NO_SUCH_VARIABLE") == nil)
        let result = try await world.runTool(ToolInvocation(program: "/bin/echo", arguments: ["hello"]))
        #expect(result.standardOutput == Data("hello\n".utf8))
        await #expect(throws: HTTPError.self) { try await world.http(HTTPRequest(url: "nonsense")) }
    }
}
