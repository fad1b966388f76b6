import EthereumTypes
import Model

/// Why something may have been done already, and what a person can do about it.
struct HistoryDoubt: Sendable {
    let code: String
    /// What is known.
    let history: String
    /// What it means where nothing is done.
    let fear: String
    /// What it means where it is done all the same.
    let consequence: String
    let remedy: String
    /// Whether a network that is changed by approved plans alone blocks.
    var isGrave = true

    var failure: StepFailure {
        StepFailure(
            .blocked,
            code: code,
            "\(history): \(fear)",
            hint: "bring back the state directory or the registry, or \(remedy); nothing was sent"
        )
    }

    var warning: Diagnostic {
        Diagnostic(
            .warning,
            "unknown-history",
            "\(history): \(consequence)",
            hint: "bring back the state directory or the registry, or \(remedy)"
        )
    }
}

extension HistoryDoubt {
    fileprivate static let nobodyKnows = "neither this state directory nor a registry knows of"

    /// The doubt about what nothing on the chain tells of.
    init(counting count: UInt64, _ deed: OnceOnly, _ account: Address, _ network: NetworkSpec) {
        let transactions = count == 1 ? "1 transaction" : "\(count) transactions"
        let what = deed.isSafe ? "Safe \(account) has executed" : "\(account) has sent"
        code = "unknown-history"
        switch deed.kind {
        case .asked where deed.isSafe:
            history =
                "Safe \(account) has acted on '\(network.name)', and the events that the node gives do not tell all that it and its "
                + "modules did"
        case .asked, .placed, .salted, .call:
            history = "\(what) \(transactions) on '\(network.name)' that \(Self.nobodyKnows)"
        }
        if deed.isCall {
            fear = "\(deed.step) may have been made already"
            consequence = "\(deed.step) is made again where it was made before"
            let never =
                network.needsApproval ? "; what was never made is made by a run without 'approval'" : ""
            remedy = "give the call an 'unless', or take it out of the manifest where it was made\(never)"
        } else {
            fear = "\(deed.subject) may be there already"
            consequence = "what it deployed before is deployed again"
            remedy = "name what is there: hyperkit deployments adopt \(deed.subject) ADDRESS"
        }
    }

    /// The doubt about what waits for a block and may be the same.
    init(waiting count: UInt64, _ deed: OnceOnly, _ account: Address, _ network: NetworkSpec) {
        let (transactions, them) =
            count == 1 ? ("1 transaction", "it") : ("\(count) transactions", "each of them")
        code = "unknown-history"
        history =
            "\(account) has \(transactions) on '\(network.name)' that no block has yet, and \(Self.nobodyKnows) \(them)"
        fear = "\(deed.subject) may be about to be there"
        consequence = "what was deployed with \(them) is deployed again"
        remedy = "wait until a block has \(them), and run again"
    }

    /// The doubt about a contract that could not be looked for, or that other code may be.
    fileprivate init(of deed: OnceOnly, because history: String) {
        code = "unknown-history"
        self.history = history
        fear = "\(deed.subject) may be there already"
        consequence = "\(deed.subject) is deployed again where it was deployed before"
        remedy =
            "name what is there: hyperkit deployments adopt \(deed.subject) ADDRESS; what was never there is deployed by a run "
            + "without 'approval'"
        // What is replaced is on record, so that the record reaches far.
        isGrave = deed.before == nil
    }

    fileprivate init(of deed: OnceOnly, isAt history: String, _ remedy: String, isGrave: Bool = true) {
        code = "is-there"
        self.history = "\(history), and \(Self.nobodyKnows) it"
        fear = "\(deed.step.placed) may be there already"
        consequence =
            "\(deed.step.placed) is deployed again, unless a transaction is found that did just that"
        self.remedy = remedy
        self.isGrave = isGrave
    }
}

/// What was seen of a contract that is about to be created, among those of which nothing is on record.
struct HistoryTrace: Sendable {
    /// So many addresses a message names.
    private static let named = 5

    let deed: OnceOnly
    /// Who would have created it.
    let account: Address
    let network: NetworkSpec
    let creations: UnknownCreations
    /// Where its code is.
    let found: [Address]

    /// nil: it is not there.
    var doubt: HistoryDoubt? {
        let sent = "\(account) has sent \(creations.transactions) transactions on '\(network.name)'"
        switch creations.extent {
        case .tooMany:
            return HistoryDoubt(
                of: deed,
                because:
                    "\(sent), more than the \(UnknownCreations.most) beyond what is on record that are looked at"
            )
        case .notRead(let words):
            return HistoryDoubt(
                of: deed,
                because:
                    "\(sent) of which nothing is on record, and what they created cannot be read (\(words))")
        case .looked: break
        }
        guard found.isEmpty else { return doubtOfFound }
        guard deed.keepsOtherCode, let first = creations.copies.first?.addresses.first else { return nil }
        // It is kept whatever its code is, so that other code than the artifact's says nothing.
        return HistoryDoubt(
            of: deed,
            because:
                "\(account) created contracts on '\(network.name)' of which nothing is on record, the first at \(first), and "
                + "what says 'redeploy: never' may be one of them with earlier code"
        )
    }

    private var doubtOfFound: HistoryDoubt {
        let places = Self.list(found)
        let created = "created by \(account)"
        let subject = deed.subject
        let adopt = "hyperkit deployments adopt \(subject)"
        let forget = "hyperkit deployments forget \(subject) --yes"
        switch deed.part {
        case .implementation, .beacon:
            let what = "the code of \(deed.contract) is on '\(network.name)' at \(places), \(created)"
            let used = [deed.proxy?.proxy?.implementation, deed.proxy?.proxy?.controller]
            if let proxy = deed.proxy?.address, found.contains(where: used.contains) {
                return HistoryDoubt(
                    of: deed, isAt: what, "take it over with its proxy: \(adopt) \(proxy)")
            }
            // It has no state of its own, and nothing uses it: there is nothing that it could be adopted as.
            return HistoryDoubt(
                of: deed, isAt: what, "leave it: no proxy on record uses it", isGrave: false)
        case .proxy:
            return HistoryDoubt(
                of: deed,
                isAt: "proxies of the kind of \(subject) are on '\(network.name)' at \(places), \(created)",
                "check out the sources of what runs there, and take it over under its own name: \(adopt) "
                    + "\(found[0]); one that is no longer used is forgotten then: \(forget); beside those of other projects it is "
                    + "deployed by a run without 'approval', or with their registry"
            )
        case .contract:
            let takeOver = "\(adopt) \(found[0])"
            return HistoryDoubt(
                of: deed,
                isAt: "the code of \(deed.contract) is on '\(network.name)' at \(places), \(created)",
                deed.before.map {
                    "say that the one at \($0.address) no longer counts, and take it over: \(forget), then \(takeOver)"
                }
                    ?? "take it over: \(takeOver); where it is another's, say so once it is taken over: \(forget)"
            )
        }
    }

    private static func list(_ addresses: [Address]) -> String {
        let named = addresses.prefix(named).map(\.description).joined(separator: ", ")
        let more = addresses.count - Self.named
        return more > 0 ? "\(named) and \(more) more places" : named
    }
}
