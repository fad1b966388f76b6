import Model
import Testing

/// Prices and gas limits that carry a mark.
@Suite struct OperationMarkTests {
    /// One whose prices leave the rest 3 by 1,048,576, and whose gas limits leave 5 by 4,096.
    private static let mark = OperationMark(of: 3 * 4_096 + 5)

    @Test func theHighestLimitWithTheMarkIsTaken() {
        #expect(Self.mark.gasLimit(atMost: 100_000, needed: 80_000) == 98_309)
        #expect(Self.mark.gasLimit(atMost: 98_309, needed: 98_309) == 98_309)
        #expect(Self.mark.isOn(price: nil, gasLimit: 98_309))
        #expect(!Self.mark.isOn(price: nil, gasLimit: 98_310))
    }

    @Test func whatIsNeededIsNeverCut() {
        #expect(Self.mark.gasLimit(atMost: 98_308, needed: 98_300) == 98_308)
        #expect(Self.mark.gasLimit(atMost: 4, needed: 4) == 4)
        #expect(Self.mark.gasLimit(atMost: 5, needed: 0) == 5)
    }

    @Test func thereIsRoomForEveryMark() {
        for rest in [0, 1, 2_047, 4_094, 4_095] as [UInt64] {
            let mark = OperationMark(of: rest + rest << 20)
            let limit = mark.gasLimit(atMost: 50_000 + OperationMark.gasRoom, needed: 50_000)
            #expect(limit >= 50_000 && mark.isOn(price: nil, gasLimit: limit))
            let price = mark.price(atMost: 3_000_000_000 + OperationMark.priceRoom)
            #expect(price >= 3_000_000_000 && mark.isOn(price: price, gasLimit: 0))
        }
    }

    @Test func thePriceDecidesWhereThereIsOne() {
        let price = Self.mark.price(atMost: 3_000_000_000)
        #expect(price % 1_048_576 == 3)
        #expect(Self.mark.isOn(price: price, gasLimit: 7))
        #expect(!Self.mark.isOn(price: price + 1, gasLimit: 5))
        #expect(Self.mark.isOn(price: 0, gasLimit: 5), "gas is free")
        #expect(!Self.mark.isOn(price: 0, gasLimit: 6))
        let cap = 3_000_000_000 as UInt128
        #expect(Self.mark.isOn(price: cap, gasLimit: 5, cap: cap), "there may be no room")
        #expect(!Self.mark.isOn(price: cap, gasLimit: 6, cap: cap))
        #expect(!Self.mark.isOn(price: cap, gasLimit: 5, cap: cap + 1))
        #expect(Self.mark.isOn(price: price, gasLimit: 6, cap: price), "a cap may have it too")
        #expect(Self.mark.price(atMost: 2) == 2, "no room")
        #expect(OperationMark(of: 5).price(atMost: 1_048_575) == 1_048_575, "0 is no price")
    }

    @Test func whatPaysMoreKeepsTheMark() {
        let first = Self.mark.price(atMost: 3_000_000_000)
        let more = Self.mark.price(atMost: 3_400_000_000, needed: 3_300_000_000)
        #expect(more >= 3_300_000_000 && Self.mark.isOn(price: more, gasLimit: 0))
        let tight = Self.mark.price(atMost: 3_300_000_001, needed: 3_300_000_000)
        #expect(tight == 3_300_000_001)
        #expect(OperationMark.agree(first, more) == true)
        #expect(OperationMark.agree(first, first + 1) == false)
        #expect(OperationMark.agree(first, 0) == nil && OperationMark.agree(nil, first) == nil)
        #expect(OperationMark.agree(first, more, cap: more) == nil, "the gas limits tell")
        #expect(OperationMark.agree(first + 1, more, cap: first + 1) == nil)
    }
}
