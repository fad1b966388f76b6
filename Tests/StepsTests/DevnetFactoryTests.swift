import Engine
import Ethereum
import EthereumTypes
import Foundation
import Model
import Support
import Testing

@testable import Steps

/// What stands on devnets where factories would be.
@Suite struct DevnetFactoryTests {
    let bench: DeployBench

    init() throws { bench = try DeployBench() }

    private var devnet: NetworkSpec {
        var spec = DeployBench.sepolia
        spec.chain = .devnet(state: .persistent, chainID: spec.chainID)
        return spec
    }

    private func perform(_ factory: Create2Factory) async throws -> Performed {
        var context = try bench.context(try bench.ledger())
        let key = bench.key
        context.hub = NetworkHub(
            world: bench.world,
            secrets: context.secrets,
            startDevnet: { _ throws(StepFailure) in
                StartedChain(url: DeployBench.endpoint, key: key, stop: {})
            },
            opened: { _ in }
        )
        return try await FactoryStep(context).perform(FactoryAction(factory: factory, network: devnet))
    }

    @Test(arguments: Create2Factory.allCases)
    func aFactoryIsPutThereOnce(_ factory: Create2Factory) async throws {
        let first = try await perform(factory)
        #expect(!first.isReuse)
        #expect(first.reason == "put at \(factory.address): \(DevnetFactories.words(factory))")
        #expect(bench.node.chain.code(at: factory.address) == DevnetFactories.code(factory))
        let second = try await perform(factory)
        #expect(second.isReuse)
        #expect(second.reason == "'sepolia' has \(factory.rawValue) at \(factory.address)")
        #expect(bench.node.asked.count { $0 == "anvil_setCode" } == 1)
        #expect(bench.node.sends == 0)
    }

    @Test func otherCodeIsLeftAlone() async throws {
        bench.node.change { $0.genesisCode[Create2Factory.createX.address] = [1] }
        let failure = await #expect(throws: StepFailure.self) { try await perform(.createX) }
        #expect(failure?.code == "other-factory")
        #expect(bench.node.chain.code(at: Create2Factory.createX.address) == [1])
    }

    @Test func aDeploymentByTheStandInIsThereWhereItWasComputed() async throws {
        _ = try await perform(.createX)
        // Not on a network that is none of ours.
        let elsewhere = try bench.deploy(creation: DeploySaltTests.salt("v1", .createX))
        #expect(try await bench.run(elsewhere).failures.first?.code == "other-factory")
    }

    /// Another build of the compiler may write other code for the same source.
    @Test func theStandInIsMadeOfItsSource() async throws {
        let compile = try CompileBench()
        let path = "Tests/Fixtures/factory/CreateXStandIn.sol"
        let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/factory/CreateXStandIn.sol")
        compile.files.set("/project/\(path)", try String(contentsOf: source, encoding: .utf8))
        let action = try compile.action(
            path, settings: CompilerSettings(evmVersion: "shanghai", bytecodeHash: .none))
        let performed = try #require(await compile.together([action]).first).get()
        let runtime = try #require(performed.outputs.first { $0.name == CompileOutput.runtimeCode }?.bytes)
        // The compiler sets metadata apart by an invalid instruction.
        #expect(Array(MetadataTail.body(of: Array(runtime))) == DevnetFactories.createXStandIn + [0xfe])
    }
}
