import Model
import Testing

/// Gas limits that carry a mark.
@Suite struct OperationMarkTests {
    @Test func theHighestLimitWithTheMarkIsTaken() {
        let mark = OperationMark(of: 4_096 * 7 + 5)
        #expect(mark.gasLimit(atMost: 100_000, needed: 80_000) == 98_309)
        #expect(mark.gasLimit(atMost: 98_309, needed: 98_309) == 98_309)
        #expect(OperationMark(of: 98_309) == mark)
    }

    @Test func whatIsNeededIsNeverCut() {
        let mark = OperationMark(of: 5)
        #expect(mark.gasLimit(atMost: 98_308, needed: 98_300) == 98_308)
        #expect(mark.gasLimit(atMost: 4, needed: 4) == 4)
        #expect(mark.gasLimit(atMost: 5, needed: 0) == 5)
    }

    @Test func thereIsRoomForEveryMark() {
        for rest in [0, 1, 2_047, 4_094, 4_095] as [UInt64] {
            let mark = OperationMark(of: rest)
            let limit = mark.gasLimit(atMost: 50_000 + OperationMark.room, needed: 50_000)
            #expect(limit >= 50_000 && OperationMark(of: limit) == mark)
        }
    }
}
