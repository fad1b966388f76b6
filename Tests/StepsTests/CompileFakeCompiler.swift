import Foundation
import Model
import Support
import Synchronization

@testable import Steps

/// A world whose only tool is a fake compiler that writes what it was told to.
final class FakeCompilerWorld: Sendable {
    private struct State {
        var output = FakeCompilerWorld.output()
        var status = ToolResult.Status.exited(0)
        var errors = ""
        var invocations: [ToolInvocation] = []
    }

    let files = MemoryFiles()
    private let state = Mutex(State())

    var output: String {
        get { state.withLock(\.output) }
        set { state.withLock { $0.output = newValue } }
    }

    var invocations: [ToolInvocation] { state.withLock(\.invocations) }

    func fails(_ status: ToolResult.Status, _ words: String) {
        state.withLock {
            $0.status = status
            $0.errors = words
        }
    }

    static func tool(_ version: String) -> Tool {
        Tool(
            name: "solc", version: version, program: "/tools/solc", leadingArguments: ["--loader"],
            digest: Digest(of: Data(version.utf8)))
    }

    var step: CompileStep {
        let pinned = ["0.8.29-develop", "0.8.20"].map(Self.tool)
        return CompileStep(world: world, compilers: Compilers(pinned: pinned), root: "/project")
    }

    private var world: World {
        World(
            now: { Timestamp(milliseconds: 0) },
            elapsed: { .zero },
            sleep: { _ throws(CancellationError) in },
            randomBytes: { [UInt8](repeating: 0, count: $0) },
            environment: { _ in nil },
            files: files.access,
            runTool: { [self] invocation throws(ToolError) in
                state.withLock { state in
                    state.invocations.append(invocation)
                    return ToolResult(
                        status: state.status, standardOutput: Data(state.output.utf8),
                        standardError: Data(state.errors.utf8))
                }
            },
            startService: { invocation throws(ToolError) in throw .notFound(program: invocation.program) },
            http: { _ throws(HTTPError) in throw HTTPError(.notSent, "there is no network") }
        )
    }

    static func output(
        path: String = "contracts/Token.sol",
        name: String = "Token",
        initCode: String = "608001",
        links: String = "{}"
    ) -> String {
        """
        {"contracts":{"\(path)":{"\(name)":{"abi":[],"metadata":"{}","storageLayout":{"storage":[]},"evm":{\
        "bytecode":{"object":"\(initCode)","linkReferences":\(links)},\
        "deployedBytecode":{"object":"60010000","immutableReferences":{"7":[{"start":2,"length":2}]}}}}}},\
        "errors":[{"errorCode":"2018","message":"can be view","severity":"warning",\
        "sourceLocation":{"file":"\(path)","start":5,"end":9}}]}
        """
    }
}
