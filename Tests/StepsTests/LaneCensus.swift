@testable import Steps

/// What happens to a process and to the chain in a simulation.
enum LaneFault: String, CaseIterable, Sendable {
    case crashBeforeAMove, crashAfterAWrite, crashBeforeAnEffect, crashAfterAnEffect, crashOfAStep
    case lostRequest, lostReply, connectionRefused, rateLimit, serverError, garbage, timeoutWithEffect
    case timeoutWithoutEffect, falseAlreadyKnown, falseNonceTooLow, falsePoolFull, falseInsufficientFunds
    case falseUnderpriced, falseReplacementUnderpriced, refusedThoughTaken, keptToItself
    case failedRead, failedSignature, failedWrite, walkedAway, poor
    case laggingNode, lateIndex, forgottenTransaction, reorganisation, feeSpike, revert, foreignTransaction
    case olderAttempt, slowDisk, comesBack, overBudget, feeCap, powerLoss, wouldRevert
    case crashWithinABatch, batchRefused, batchCutShort, batchReordered, batchWithoutReply, batchHalfAnswered
    case otherChain, partOfABatchTaken, waitsForBudget, budgetFreed, lostAddress, strandedThere
    case countTooHigh, overcountingNode, droppedForeign, filledGap, blockedByGap, personFills, countsDiffer
    /// The budget allows it but for what earlier runs left on its way.
    case leftLittle
    case twinBeside, twinAhead, takenOver
    /// A node behind the same address that was not offered it.
    case askedElsewhere
}

/// How often what happened.
struct LaneCensus: Sendable {
    static let moves = [
        "ask", "survey", "estimate", "plan", "reserve", "weigh", "sign", "record", "replace", "send",
        "markSent",
        "look",
        "include",
        "goBack", "revert",
        "prove", "inspect", "foreign", "withdraw", "check", "judge", "rest",
    ]

    private(set) var faults: [LaneFault: Int] = [:]
    private(set) var moves: [String: Int] = [:]
    private(set) var failures: [String: Int] = [:]
    var seeds = 0
    var processes = 0
    var replacements = 0
    var foreignProofs = 0
    var deployments = 0
    /// How many were recorded, and sent, at once.
    private(set) var largestRecord = 0
    private(set) var largestSend = 0

    var crashes: Int {
        // Power fails where a process was killed already.
        [.crashBeforeAMove, .crashAfterAWrite, .crashBeforeAnEffect, .crashAfterAnEffect, .crashOfAStep]
            .reduce(0) { $0 + (faults[$1] ?? 0) }
    }

    mutating func count(_ fault: LaneFault) { faults[fault, default: 0] += 1 }
    mutating func count(_ move: LaneMove) {
        moves[Self.name(move), default: 0] += 1
        if case .record(let signatures) = move { largestRecord = max(largestRecord, signatures.count) }
        if case .send(let offers) = move { largestSend = max(largestSend, offers.count) }
    }
    mutating func count(failure code: String) { failures[code, default: 0] += 1 }

    static func name(_ move: LaneMove) -> String {
        switch move {
        case .ask: "ask"
        case .survey: "survey"
        case .estimate: "estimate"
        case .plan: "plan"
        case .reserve: "reserve"
        case .weigh: "weigh"
        case .sign: "sign"
        case .record: "record"
        case .replace: "replace"
        case .send: "send"
        case .markSent: "markSent"
        case .look: "look"
        case .include: "include"
        case .goBack: "goBack"
        case .revert: "revert"
        case .prove: "prove"
        case .inspect: "inspect"
        case .foreign: "foreign"
        case .withdraw: "withdraw"
        case .check: "check"
        case .judge: "judge"
        case .rest: "rest"
        }
    }

    static func += (left: inout LaneCensus, right: LaneCensus) {
        left.faults.merge(right.faults, uniquingKeysWith: +)
        left.moves.merge(right.moves, uniquingKeysWith: +)
        left.failures.merge(right.failures, uniquingKeysWith: +)
        left.seeds += right.seeds
        left.processes += right.processes
        left.replacements += right.replacements
        left.foreignProofs += right.foreignProofs
        left.deployments += right.deployments
        left.largestRecord = max(left.largestRecord, right.largestRecord)
        left.largestSend = max(left.largestSend, right.largestSend)
    }

    /// What was never reached.
    var missing: [String] {
        LaneFault.allCases.filter { faults[$0] == nil }.map(\.rawValue)
            + Self.moves.filter { moves[$0] == nil }
            + (largestRecord < 3 ? ["three recorded together"] : [])
            + (largestSend < 3 ? ["three sent together"] : [])
            + (foreignProofs == 0 ? ["a foreign proof"] : []) + (replacements == 0 ? ["a replacement"] : [])
    }
}

extension LaneCensus: CustomStringConvertible {
    var description: String {
        let counts = { (counts: [String: Int]) in
            counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        return """
            \(seeds) seeds, \(processes) processes, \(crashes) crashes, \(deployments) deployments, \
            \(replacements) replacements, \(foreignProofs) foreign proofs
            faults: \(counts(Dictionary(faults.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: +)))
            moves: \(counts(moves))
            failures: \(counts(failures))
            """
    }
}
