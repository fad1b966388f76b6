import Model

extension Lane {
    /// What the next transactions need, asked for together, when the first of them wants it or waits anyway.
    ///
    /// Where one would revert while others are on their way, it is asked for again, alone, when they are in blocks.
    func estimate() -> LaneMove? {
        guard let first = wishes.first else { return nil }
        let isFree = !slots.contains { !$0.isMined }
        if first.gasLimit == nil, first.waitsForOthers {
            return isFree ? .estimate([first.ticket: first.request.transaction]) : nil
        }
        guard first.gasLimit == nil || slots.count(where: { !$0.isMined }) >= rules.inFlight else {
            return nil
        }
        let asked = wishes.prefix(rules.inFlight).filter { $0.gasLimit == nil && !$0.waitsForOthers }
        guard !asked.isEmpty else { return nil }
        return .estimate(Dictionary(uniqueKeysWithValues: asked.map { ($0.ticket, $0.request.transaction) }))
    }

    /// Takes in what was estimated.
    mutating func estimated(_ asked: [LaneTicket], _ result: LaneResult) {
        for ticket in asked {
            // Whoever asked may have gone meanwhile.
            guard let index = wishes.firstIndex(where: { $0.ticket == ticket }) else { continue }
            let answer: Result<UInt64, StepFailure>?
            switch result {
            case .estimated(let answers): answer = answers[ticket]
            case .failed(let failure): answer = .failure(failure)
            default: preconditionFailure("gas was estimated")
            }
            switch answer {
            case .success(let gasLimit): wishes[index].gasLimit = gasLimit
            case .failure(let failure)
            where failure.code == GasEstimates.wouldRevert && isBehindOthers(index):
                wishes[index].waitsForOthers = true
                tell(ticket, .said("waiting for blocks to have what is ahead of it: \(failure.message)"))
            case .failure(let failure): fail(wish: index, failure)
            case nil: preconditionFailure("every estimate has its answer")
            }
        }
    }

    /// Whether something ahead of it is not in a block yet.
    private func isBehindOthers(_ index: Int) -> Bool { index > 0 || slots.contains { !$0.isMined } }
}
