import Ethereum
import EthereumTypes
import Model
import Testing

@testable import Steps

/// What is wrong with calls and checks is found ahead of the deployment that they are of.
@Suite struct DeployInterfaceTests {
    let bench: DeployBench

    init() throws { bench = try DeployBench() }

    static func at(_ line: Int) -> FileLocation {
        FileLocation(file: "manifests/a.yaml", line: line, column: 15)
    }

    static func call(
        _ function: String = "setFee(uint256)",
        _ arguments: [String] = ["25"],
        value: Wei = .zero,
        unless: (read: String, equals: String)? = nil
    ) -> CallSpec {
        CallSpec(
            name: "setFee", location: at(40), function: Located(function, at: at(41)),
            arguments: .positional(arguments.map { DeployBench.text($0, line: 42) }), value: value,
            unless: unless.map {
                .init(
                    read: Located($0.read, at: at(43)), equals: DeployBench.text($0.equals, line: 44))
            })
    }

    static let wrong: [(CallSpec, String, line: Int)] = [
        (call("setFees(uint256)"), "no-function", 41), (call("setFee", ["abc"]), "bad-argument", 42),
        (call("setFee", ["1", "2"]), "bad-argument", 42), (call("setFee", []), "bad-argument", 41),
        (call(value: Wei(1)), "not-payable", 41),
        (call(unless: ("owner()", "1")), "no-function", 43),
        (call(unless: ("setFee(uint256)", "1")), "bad-read", 43),
        (call(unless: ("fee()", "x")), "bad-argument", 44),
    ]

    @Test(arguments: wrong.indices)
    func aWrongCallIsFoundBeforeItsContractIsPaidFor(_ index: Int) async throws {
        let (call, code, line) = Self.wrong[index]
        let run = try await bench.run(bench.deploy("token", .withFee, calls: [call]))
        #expect(run.failures.map(\.code) == [code])
        #expect(run.failures.first?.message.hasPrefix("call setFee: ") == true)
        #expect(run.failures.first?.diagnostics.map(\.location?.line) == [line])
        #expect(bench.node.asked.isEmpty)
    }

    @Test func allThatIsWrongIsToldAtOnce() async throws {
        let expectation = Model.Expectation(
            name: "fee", read: Located("fees()", at: Self.at(50)), equals: DeployBench.text("1"))
        let calls = [Self.call("setFee", ["abc"]), Self.call("setFees(uint256)")]
        let run = try await bench.run(
            bench.deploy("token", .withFee, calls: calls, expectations: [expectation]))
        #expect(run.failures.flatMap(\.diagnostics).map(\.location?.line) == [42, 41, 50])
        #expect(bench.node.asked.isEmpty)
    }

    @Test func anAddressThatIsNotKnownYetHasItsType() async throws {
        let abi = """
            [{"type":"function","name":"grant","inputs":[{"name":"who","type":"address"}],"outputs":[]},
            {"type":"function","name":"owner","inputs":[],"outputs":[{"name":"","type":"address"}],
            "stateMutability":"view"}]
            """
        let later = DeployArgumentTests.reference(.deploymentAddress(name: "later", network: "other"))
        let signer = DeployArgumentTests.reference(.signerAddress(name: "nobody"))
        let call = CallSpec(
            name: "grant", location: Self.at(40), function: Located("grant(address)", at: Self.at(41)),
            arguments: .positional([later]),
            unless: .init(read: Located("owner()", at: Self.at(43)), equals: signer))
        let expectation = Model.Expectation(
            name: "owner", read: Located("owner()", at: Self.at(50)), equals: later)
        let run = try await bench.run(
            bench.deploy("token", FakeArtifact(abi: abi), calls: [call], expectations: [expectation]))
        #expect(run.failures.isEmpty)
        #expect(bench.node.sends == 1)
    }
}
