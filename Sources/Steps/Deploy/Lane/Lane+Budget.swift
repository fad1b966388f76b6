import Ledger
import Model

/// A wait until the budget allows what is reserved for others that are on their way.
///
/// Nothing is on record for it: what has a nonce waits for nothing that comes behind it.
struct BudgetWait: Sendable {
    /// What was not allowed.
    let intent: ChainOperation.Intent
    /// What was said, and is the end of it where the wait comes to nothing.
    var failure: StepFailure
    /// When it is looked at again.
    var until: Duration
    /// How long that look was waited for; it doubles each time.
    var pause: Duration

    static let firstPause = Duration.milliseconds(50)
    static let longestPause = Duration.seconds(2)
}

extension Lane {
    /// Takes back what was planned of a wish until something on its way has ended, at what it really costs.
    ///
    /// It is planned anew then, at the price of that time. It is the first without a signature, so none behind it has a nonce.
    mutating func waitForBudget(wish index: Int, _ failure: StepFailure, at now: Duration) {
        guard let operation = wishes[index].operation else { return }
        todo.append(.withdraw(operation.id, reason: "it waits until the budget allows it"))
        wishes[index].operation = nil
        wishes[index].price = nil
        wishes[index].budgetWait = BudgetWait(
            intent: operation.intent,
            failure: failure,
            until: now + BudgetWait.firstPause,
            pause: BudgetWait.firstPause
        )
        tell(wishes[index].ticket, .said("waiting until something on its way ends: \(failure.message)"))
    }

    /// Takes in what the ledger said of the budget since.
    mutating func weighed(_ ticket: LaneTicket, _ result: LaneResult, at now: Duration) {
        // Whoever asked may have gone meanwhile.
        guard let index = wishes.firstIndex(where: { $0.ticket == ticket }),
            var wait = wishes[index].budgetWait
        else { return }
        switch result {
        case .stored: wishes[index].budgetWait = nil
        case .notYet(let failure):
            wait.failure = failure
            wait.pause = min(wait.pause * 2, BudgetWait.longestPause)
            wait.until = now + wait.pause
            wishes[index].budgetWait = wait
        case .failed(let failure): ledgerFailed(wish: index, failure)
        default: preconditionFailure("a budget was looked at")
        }
    }

    // MARK: Funds

    /// How many are on their way to a block that somebody still looks for, the signed ones that are not recorded yet too.
    var countOnTheirWay: Int {
        slots.count { !$0.isMined && $0.givenUp == nil } + wishes.count { $0.signed != nil }
    }

    /// Lets a wish wait until a block has something that is on its way: it may take less than it could.
    mutating func waitForFunds(wish index: Int, _ failure: StepFailure) {
        wishes[index].fundsWait = (failure, countOnTheirWay)
        tell(wishes[index].ticket, .said("waiting until a block has what is on its way: \(failure.message)"))
    }
}
