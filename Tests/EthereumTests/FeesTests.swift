import EthereumTypes
import Testing

@testable import Ethereum

@Suite struct FeesTests {
    private func gwei(_ amount: UInt128) -> Wei { Wei(amount * 1_000_000_000) }

    private func history(_ rewards: [UInt128]) -> FeeHistory {
        FeeHistory(oldestBlock: 1, baseFeePerGas: [], reward: rewards.map { [gwei($0)] })
    }

    @Test func offersTwiceTheBaseFeeAndTheMiddleOfWhatWasPaid() throws {
        let odd = try Fees(history: history([9, 1, 3]), latestBaseFee: gwei(10), settings: .init())
        #expect(odd == Fees(maxFeePerGas: gwei(23), maxPriorityFeePerGas: gwei(3)))
        let even = try Fees(history: history([9, 1, 3, 5]), latestBaseFee: gwei(10), settings: .init())
        #expect(even.maxPriorityFeePerGas == gwei(4))
    }

    @Test func emptyBlocksSayNothing() throws {
        let some = try Fees(history: history([0, 0, 2]), latestBaseFee: gwei(1), settings: .init())
        #expect(some.maxPriorityFeePerGas == gwei(2))
        let none = try Fees(history: history([0, 0]), latestBaseFee: .zero, settings: .init())
        #expect(none == Fees(maxFeePerGas: gwei(1), maxPriorityFeePerGas: gwei(1)))
        let chosen = try Fees(
            history: history([]),
            latestBaseFee: .zero,
            settings: .init(fallbackPriorityFeePerGas: gwei(5))
        )
        #expect(chosen.maxPriorityFeePerGas == gwei(5))
    }

    @Test func paysTheLeastThatAPoolAsksFor() throws {
        let fees = try Fees(
            history: history([1]),
            latestBaseFee: gwei(10),
            settings: .init(minimumPriorityFeePerGas: gwei(25))
        )
        #expect(fees == Fees(maxFeePerGas: gwei(45), maxPriorityFeePerGas: gwei(25)))
    }

    @Test func staysWithinTheCaps() throws {
        let settings = Fees.Settings(maxFeePerGas: gwei(15), maxPriorityFeePerGas: gwei(2))
        let fees = try Fees(history: history([8]), latestBaseFee: gwei(10), settings: settings)
        #expect(fees == Fees(maxFeePerGas: gwei(15), maxPriorityFeePerGas: gwei(2)))
        let low = try Fees(
            history: history([8]), latestBaseFee: gwei(1), settings: .init(maxFeePerGas: gwei(3)))
        #expect(low == Fees(maxFeePerGas: gwei(3), maxPriorityFeePerGas: gwei(3)))
    }

    @Test func refusesWhatTheCapsForbid() throws {
        let settings = Fees.Settings(maxFeePerGas: gwei(10))
        #expect(throws: Never.self) {
            try Fees(history: history([1]), latestBaseFee: gwei(10), settings: settings)
        }
        #expect(throws: Fees.Refusal.baseFeeAboveCap(baseFee: gwei(11), cap: gwei(10))) {
            try Fees(history: history([1]), latestBaseFee: gwei(11), settings: settings)
        }
        #expect(throws: Fees.Refusal.minimumAboveCap(minimum: gwei(25), cap: gwei(2))) {
            try Fees(
                history: history([1]),
                latestBaseFee: gwei(1),
                settings: .init(maxPriorityFeePerGas: gwei(2), minimumPriorityFeePerGas: gwei(25))
            )
        }
        #expect(throws: Fees.Refusal.gasPriceAboveCap(gasPrice: gwei(11), cap: gwei(10))) {
            try Fees.gasPrice(suggested: gwei(11), settings: settings)
        }
        #expect(try Fees.gasPrice(suggested: gwei(9), settings: settings) == gwei(9))
    }

    @Test func aReplacementPaysATenthMoreOnBoth() throws {
        let fees = Fees(maxFeePerGas: Wei(101), maxPriorityFeePerGas: Wei(0))
        let bumped = try fees.bumped(settings: .init())
        #expect(bumped == Fees(maxFeePerGas: Wei(112), maxPriorityFeePerGas: Wei(1)))
        #expect(throws: Fees.Refusal.replacementAboveCap(needed: Wei(112), cap: Wei(111))) {
            try fees.bumped(settings: .init(maxFeePerGas: Wei(111)))
        }
        #expect(throws: Fees.Refusal.replacementAboveCap(needed: Wei(1), cap: .zero)) {
            try fees.bumped(settings: .init(maxPriorityFeePerGas: .zero))
        }
        #expect(try Fees.bumped(gasPrice: Wei(100), settings: .init()) == Wei(110))
        #expect(throws: Fees.Refusal.replacementAboveCap(needed: Wei(110), cap: Wei(109))) {
            try Fees.bumped(gasPrice: Wei(100), settings: .init(maxFeePerGas: Wei(109)))
        }
    }
}
