import Engine
import Ethereum
import EthereumTypes
import Foundation
import Model
import Testing

@testable import Steps

/// What is at a salt's address, and may have been made by whoever sent the factory the same first.
@Suite struct DeployMakerTests {
    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.node.change {
            $0.genesisCode[Create2Factory.deterministicProxy.address] = Create2Factory.proxyCode
        }
    }

    private func salted(_ artifact: FakeArtifact = FakeArtifact()) throws -> FakeEffect {
        try bench.deploy("token", artifact, creation: DeploySaltTests.salt())
    }

    @Test func whatSomebodyElseMayHaveMadeIsSaid() async throws {
        _ = try await bench.run(salted())
        let warnings = { self.bench.said.filter { $0.contains("unknown-maker") } }
        #expect(warnings() == [])
        bench.loseState()
        _ = try await bench.forecast([try salted()])
        #expect(warnings().count == 1)
        #expect(
            warnings().first?.contains(
                "token@sepolia is at \(DeploySaltTests.address()), where its salt leads, and who made it is on no record"
            ) == true)
        _ = try await bench.run(salted())
        #expect(warnings().count == 2)
        // It is on record now, as what was taken over.
        _ = try await bench.run(salted())
        #expect(warnings().count == 2)
    }

    /// The call of the factory that made it may have sent none.
    @Test func whatIsThereWithoutItsValueBlocks() async throws {
        var artifact = FakeArtifact()
        artifact.abi = #"[{"type":"constructor","inputs":[],"stateMutability":"payable"}]"#
        let paid = try bench.deploy("token", artifact, value: Wei(77), creation: DeploySaltTests.salt())
        bench.node.change { $0.tamper(DeploySaltTests.address(artifact), code: artifact.runtime) }
        for network in [DeployBench.sepolia, DeployBench.approving] {
            let effect = try bench.deploy(
                "token", artifact, value: Wei(77), network: network, creation: DeploySaltTests.salt())
            let seen = try await bench.forecast([effect])
            #expect(seen.map(\.action) == [.blocked] && seen[0].obstacle?.code == "made-otherwise")
            // Nothing but an approved plan changes the other.
            guard !network.needsApproval else { continue }
            let failure = try #require(try await bench.run(effect).failures.first)
            #expect(failure.kind == .blocked && failure.code == "made-otherwise")
            #expect(failure.message.contains("the 77 wei that go along"), "\(failure)")
            #expect(failure.hint?.contains("hyperkit deployments adopt token@sepolia") == true)
        }
        #expect(bench.node.sends == 0)
        // Where its own transaction is on record the value was sent.
        bench.node.change { $0.tamper(DeploySaltTests.address(artifact), code: []) }
        #expect(try await bench.run(paid).deployment().action == .created)
        let other = try bench.deploy("token", artifact, value: Wei(77), creation: DeploySaltTests.salt("v2"))
        #expect(try await bench.run(other).deployment().action == .replaced)
        #expect(try await bench.run(paid).deployment().action == .kept)
    }

    /// Its owner is whoever sent the factory's call: `address immutable owner = tx.origin`.
    private func owned() throws -> (artifact: FakeArtifact, effect: FakeEffect) {
        var artifact = FakeArtifact(runtime: [0x60] + [UInt8](repeating: 0, count: 32) + [0x61])
        artifact.immutables = [.init(start: 1, length: 32)]
        bench.node.change { $0.immutable = 1..<33 }
        return (artifact, try salted(artifact))
    }

    @Test func whatOthersImmutablesAreInBlocks() async throws {
        let (artifact, effect) = try owned()
        let thief = Address.created(by: .zero, nonce: 9)
        bench.node.change {
            $0.tamper(DeploySaltTests.address(artifact), code: $0.constructed(artifact.initCode, by: thief))
        }
        #expect(try await bench.forecast([effect]).map(\.action) == [.blocked])
        let failure = try #require(try await bench.run(effect).failures.first)
        #expect(failure.kind == .blocked && failure.code == "made-otherwise")
        #expect(failure.message.contains("other immutables"), "\(failure)")
        #expect(bench.node.sends == 0)
        // Nor is it taken over where the node does not say what it would be.
        bench.node.plan(.refuse(code: -32_602, "no overrides"), on: "eth_call", times: 4)
        #expect(try await bench.run(effect).failures.map(\.code) == ["made-otherwise"])
    }

    @Test func whatThisSignerMadeIsFoundAgainWithItsImmutables() async throws {
        let (artifact, effect) = try owned()
        #expect(try await bench.run(effect).deployment().action == .created)
        #expect(
            bench.node.chain.code(at: DeploySaltTests.address(artifact))[13..<33].elementsEqual(
                bench.key.address.bytes))
        bench.loseState()
        #expect(try await bench.run(effect).deployment().action == .kept)
        #expect(bench.node.sends == 1)
    }

    /// The contract's own address and the factory's are what any call of the factory leaves.
    @Test func whatFollowsFromTheAddressesIsNobodysDoing() async throws {
        let (artifact, effect) = try owned()
        let place = DeploySaltTests.address(artifact)
        bench.node.plan(.refuse(code: -32_602, "no overrides"), on: "eth_call", times: 8)
        for address in [place, Create2Factory.deterministicProxy.address] {
            bench.node.change { $0.tamper(place, code: $0.constructed(artifact.initCode, by: address)) }
            #expect(try await bench.run(effect).deployment().action == .kept)
            bench.loseState()
        }
    }
}
