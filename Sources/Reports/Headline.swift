import Model

/// One sentence that says what happened.
enum Headline {
    static func sentence(_ reading: RunReading) -> String {
        let good = reading.count(.succeeded) + reading.count(.reused)
        let reused = reading.count(.reused)
        var parts = ["\(PlainWords.grouped(good)) of \(PlainWords.count(reading.steps.count, "step")) done"]
        if reused > 0 { parts[0] += " (\(PlainWords.grouped(reused)) reused)" }
        for (status, words) in [
            (StepEnd.Status.failed, "failed"), (.refused, "refused by a policy"),
            (.blocked, "blocked until a person decides"), (.skipped, "skipped"), (.cancelled, "cancelled"),
        ] where reading.count(status) > 0 {
            parts.append("\(PlainWords.grouped(reading.count(status))) \(words)")
        }
        return "\(verdict(reading)): \(parts.joined(separator: ", "))."
    }

    private static func verdict(_ reading: RunReading) -> String {
        let deployed = reading.deployments.count { [.created, .replaced, .upgraded].contains($0.action) }
        let kept = reading.deployments.count { $0.action == .kept }
        let places =
            switch (deployed, kept) {
            case (0, 0): "nothing is deployed"
            case (0, _): "\(PlainWords.count(kept, "deployment")) kept"
            case (_, 0): "\(PlainWords.count(deployed, "deployment")) made"
            default: "\(PlainWords.count(deployed, "deployment")) made, \(PlainWords.grouped(kept)) kept"
            }
        return switch reading.end.status {
        case .succeeded: "Everything holds, \(places)"
        case .degraded: "Everything that could be reached holds, \(places)"
        case .failed: "The run failed, \(places)"
        case .refused: "A policy refused, \(places)"
        case .blocked: "A person must decide, \(places)"
        case .cancelled: "The run was interrupted, \(places)"
        }
    }
}
