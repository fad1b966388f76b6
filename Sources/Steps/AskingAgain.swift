import Model

/// How a service that gives no answer yet is asked again: later each time, and not for ever.
struct AskingAgain {
    /// What one exchange comes to.
    enum Heard<Answer> {
        case answer(Answer)
        /// Why there is none, how long the service wants to be left alone, and whether it came a step nearer to one: then it is
        /// asked soon.
        case notYet(String, pause: Duration? = nil, isNearer: Bool = false)
    }

    private static let shortest = Duration.seconds(2)
    private static let longest = Duration.seconds(15)

    let world: World
    /// How long the service may take in all.
    let patience: Duration

    /// Asks until there is an answer or the time is over.
    ///
    /// - Parameters:
    ///   - waiting: Hears why, before each wait.
    ///   - exchange: Asks once.
    /// - Returns: The answer; nil where the next exchange would come after the time.
    /// - Throws: What `exchange` throws, and where the run is interrupted.
    func until<Answer>(
        waiting: (String) -> Void = { _ in },
        _ exchange: () async throws(StepFailure) -> Heard<Answer>
    ) async throws(StepFailure) -> Answer? {
        let start = world.elapsed()
        var wait = Self.shortest
        while true {
            switch try await exchange() {
            case .answer(let answer): return answer
            case .notYet(let why, let wanted, let isNearer):
                if isNearer { wait = Self.shortest }
                let pause = max(wait, wanted ?? .zero)
                guard world.elapsed() - start + pause <= patience else { return nil }
                waiting(why)
                guard (try? await world.sleep(pause)) != nil else { throw .cancelled }
                wait = min(wait * 2, Self.longest)
            }
        }
    }
}
