import EthereumTypes
import Model
import Testing

@testable import Ethereum
@testable import Steps

/// Where prices and gas limits have room for a mark.
@Suite struct MarkRoomTests {
    /// Prices leave the rest 3 by 1,048,576, gas limits 5 by 4,096.
    private static let mark = OperationMark(of: 3 * 4_096 + 5)
    private static let given = Located(70_000 as UInt64, at: DeployBench.here)

    private static func room(_ cap: UInt128?) -> MarkRoom {
        MarkRoom(
            network: "sim", location: FileLocation(file: "m.yaml", line: 2, column: 3),
            cap: cap.map { Wei($0) }, gas: 16_777_216)
    }

    private static func dynamic(_ most: UInt128, tip: UInt128) -> GasPrice {
        .dynamic(Fees(maxFeePerGas: Wei(most), maxPriorityFeePerGas: Wei(tip)))
    }

    /// Prices, the cap that they are, and what it is to be raised to.
    private static let capped: [(GasPrice, UInt128, UInt128)] = [
        // A chain whose gas price is the cap, with and without a base fee.
        (.legacy(Wei(1_000_000_000)), 1_000_000_000, 1_001_048_576),
        (dynamic(1_000_000_000, tip: 1_000_000_000), 1_000_000_000, 1_001_048_576),
        (dynamic(1_000_000_000, tip: 999_500_000), 1_000_000_000, 1_000_548_576),
        // Fees of which a mark would be a great part.
        (dynamic(3_000_000, tip: 100_000), 3_000_000, 67_108_864),
        (dynamic(66_060_290, tip: 100_000), 66_060_290, 67_108_864),
    ]

    @Test(arguments: capped)
    func atTheCapTheGasLimitMustHaveIt(_ price: GasPrice, _ cap: UInt128, _ enough: UInt128) throws {
        let room = Self.room(cap)
        #expect(room.refusal(of: Self.mark, price, gasLimit: 69_637, given: Self.given) == nil)
        let refusal = try #require(
            room.refusal(of: Self.mark, price, gasLimit: 70_000, given: Self.given))
        #expect(
            refusal.message
                == "on 'sim' it would not carry the mark of what it is for: it offers all that maxFeePerGas allows for a unit of gas, "
                + "\(cap) wei, and its 'gasLimit' of 70000 leaves fewer than 4095 of gas above what it needs; "
                + "who lost the record would send it again")
        #expect(
            refusal.hint
                == "raise 'gasLimit' by 4095, to 74095, or fees.maxFeePerGas by \(enough - cap) wei, to \(enough) wei; "
                + "nothing was sent")
        // With a cap that is as high as that every mark has its room, whether blocks take all that is offered or not.
        for rest in [0, 1, 524_288, 1_048_575] as [UInt64] {
            let mark = OperationMark(of: rest << 12 + 5)
            for most in [enough, enough - 1] {
                #expect(
                    Self.room(enough).refusal(
                        of: mark, price.with(most: Wei(most)), gasLimit: 70_000, given: nil) == nil
                        || price.isLegacy && most == enough)
            }
        }
    }

    private static let roomy: [(GasPrice, Wei?)] = [
        (dynamic(3_000_000_000, tip: 1_000_000_000), Wei(3_000_000_000)),
        (dynamic(3_000_000_000, tip: 1_000_000_000), nil),
        (dynamic(68_000_000, tip: 100_000), Wei(68_000_000)),
        (.legacy(Wei(1_000_000_000)), Wei(1_000_000_001)), (.legacy(Wei(2_000_000)), nil),
    ]

    @Test(arguments: roomy)
    func aPriceWithRoomNeedsNoneOfTheGasLimit(_ price: GasPrice, _ cap: Wei?) {
        let room = Self.room(cap?.value)
        #expect(room.refusal(of: Self.mark, price, gasLimit: 70_000, given: Self.given) == nil)
    }

    @Test func whatBoundsTheGasIsNamed() throws {
        let free = GasPrice.legacy(.zero)
        func refusal(_ gasLimit: UInt64, _ given: Located<UInt64>?) throws -> StepFailure {
            try #require(Self.room(nil).refusal(of: Self.mark, free, gasLimit: gasLimit, given: given))
        }
        let manifest = try refusal(70_000, Self.given)
        #expect(manifest.message.contains("gas is free there, and its 'gasLimit' of 70000 leaves"))
        #expect(manifest.hint == "raise 'gasLimit' by 4095, to 74095; nothing was sent")
        #expect(manifest.diagnostics.map(\.location) == [DeployBench.here])
        let network = try refusal(16_777_216, nil)
        #expect(network.message.contains("the 16777216 that a transaction may use"))
        #expect(
            network.hint
                == "raise limits.transactionGas, where the network takes more, by 4095, to 16781311; nothing was sent"
        )
        #expect(network.diagnostics.map(\.location?.line) == [2])
        let most = Located(16_777_000 as UInt64, at: DeployBench.here)
        #expect(
            try refusal(16_777_000, most).hint
                == "raise 'gasLimit' and limits.transactionGas by 4095, to 16781095; nothing was sent")
        let plan = try refusal(80_000, nil)
        #expect(plan.message.contains("the 80000 that the approved plan lets it use"))
        #expect(plan.hint == "make a new plan and have it approved; nothing was sent")
    }

    /// Nodes take nothing that offers a block's producer more than it offers in all.
    @Test func theTipIsNoHigherThanThePriceThatTheMarkLeaves() throws {
        var settings = Fees.Settings()
        settings.maxFeePerGas = Wei(4_000_000_000)
        let first = Self.dynamic(1_070_000_000, tip: 1_000_000_000)
        let sent = Transaction(
            form: .dynamicFee(
                maxFeePerGas: first.most, maxPriorityFeePerGas: Wei(1_000_000_000),
                chainID: DeployBench.sepolia.chainID, []),
            nonce: 0, gasLimit: 74_200, to: Address.zero, value: .zero, data: [])
        let now = Self.dynamic(4_000_000_000, tip: 4_000_000_000)
        let next = try now.replacing(sent, within: settings, markedBy: Self.mark)
        guard case .dynamicFee(let most, let tip, _, _) = next.form else {
            Issue.record("it has another form: \(next.form)")
            return
        }
        #expect(tip <= most && most <= Wei(4_000_000_000) && tip > Wei(1_100_000_000))
    }

    /// What goes to the block's producer is not lowered, so that what an approved plan allows may leave too little above it.
    @Test func aPlanMayLeaveNoRoomInThePrice() throws {
        let price = Self.dynamic(1_000_000_100, tip: 1_000_000_000)
        let refusal = try #require(
            Self.room(nil).refusal(of: Self.mark, price, gasLimit: 69_637, given: Self.given))
        #expect(refusal.message.contains("what the approved plan lets it cost leaves no room in its price"))
        #expect(refusal.hint == "make a new plan and have it approved; nothing was sent")
    }

    /// A plan says it before the run does, of what the network's own limits leave no room for.
    @Test func aPlanSaysItToo() async throws {
        let bench = try DeployBench()
        bench.knowFees()
        let needed = FakeChain.gas(FakeArtifact().initCode)
        for (more, code) in [(0, "no-mark"), (OperationMark.gasRoom, nil)] as [(UInt64, String?)] {
            var network = DeployBench.sepolia
            network.fees.legacy = true
            network.fees.maxFeePerGas = Wei(2_000_000_000)
            network.limits.maxTransactionGas = needed + more
            let effects = [try bench.deploy(network: network)]
            let seen = try await bench.forecast(effects)
            #expect(seen.map(\.hindrance?.code) == [code])
            #expect(seen.map(\.action) == [code == nil ? .create : .blocked])
            let run = try await bench.run(effects)
            #expect(run.failures.map(\.code) == (code.map { [$0] } ?? []))
            #expect(run.failures.allSatisfy { $0.kind == .blocked })
        }
        #expect(bench.node.sends == 1)
    }
}

extension GasPrice {
    fileprivate var isLegacy: Bool { if case .legacy = self { true } else { false } }
}
