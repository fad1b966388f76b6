import Model

extension DeploymentForecast {
    /// How its steps end as far as the exit code goes; nil where nothing is in its way, or only something that has an end of its own.
    ///
    /// A person must decide, but for what a policy refused, what the environment lacks, and a node that cannot be spoken to: those
    /// are what they are in a run.
    var end: StepEnd? {
        guard let obstacle = hindrance else { return nil }
        let outcome: Outcome =
            switch obstacle.kind {
            case .refused: .refused(reason: obstacle.message)
            case .environment: .failed(obstacle)
            case .unavailable: .unavailable(obstacle)
            case .cancelled: .cancelled
            case .failed where ["network-unavailable", "node-refused"].contains(obstacle.code):
                .failed(obstacle)
            case .failed, .blocked: .blocked(obstacle)
            }
        return StepEnd(outcome, attempts: 1, durationMilliseconds: 0, fingerprint: nil, reason: "")
    }
}

extension [DeploymentForecast] {
    /// What is wrong in the manifest, each once: it may be so on many networks; and what a person may have to take over, with how.
    var obstacles: [Diagnostic] {
        var seen: Set<Diagnostic> = []
        return compactMap(\.hindrance).flatMap { obstacle in
            guard ["is-there", "may-be-done", "renamed-call", "former-name"].contains(obstacle.code),
                obstacle.diagnostics.isEmpty
            else {
                return obstacle.diagnostics
            }
            return [.error(obstacle.code, obstacle.message, hint: obstacle.hint)]
        }.filter { seen.insert($0).inserted }
    }

    /// All that is in the way, for programs: people read it in the plan.
    var messages: [Message] {
        flatMap { forecast in forecast.hindrance.map { Message.all(of: $0, step: forecast.step) } ?? [] }
    }
}
