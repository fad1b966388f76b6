import Engine
import Model
import Steps
import Synchronization

extension RunState {
    /// What suffices for all that is left of a run, where a sender could not pay for one of its transactions.
    ///
    /// A transaction's own failure knows what that one needs; what comes behind it is bounded as in a plan.
    ///
    /// - Parameters:
    ///   - plan: What was run.
    ///   - outcomes: How its steps ended.
    ///   - hub: Its networks, which are open still.
    /// - Returns: A warning for each sender whose funds do not suffice, and notes where only bounds by rule say so.
    func shortfalls(
        _ plan: Plan<Action>,
        _ outcomes: [StepID: Outcome],
        hub: NetworkHub
    ) async -> [Diagnostic] {
        let code = StepFailure.insufficientFundsCode
        let isShort = outcomes.values.contains {
            if case .blocked(let failure) = $0 { failure.code == code } else { false }
        }
        guard isShort else { return [] }
        let noted = Mutex<[Diagnostic]>([])
        let forecaster = forecaster(hub: hub) { note in
            if note.code == code { noted.withLock { $0.append(note) } }
        }
        var said: Set<String> = []
        let short = await forecaster.forecast(plan, outcome: outcomes, inputs: inputs(outcomes)).compactMap(
            \.hindrance
        ).filter { $0.code == code && said.insert($0.message).inserted }
        return short.map {
            Diagnostic(.warning, code, "for all that is left: \($0.message)", hint: "then run again")
        } + noted.withLock(\.self)
    }
}
