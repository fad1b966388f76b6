package import Model

/// What a step at work tells of itself.
package struct StepProgress: Sendable {
    private let say: @Sendable (String) -> Void
    private let reach: @Sendable (Milestone, [Performed.NewOutput]) throws(StepFailure) -> Void

    package init(
        say: @escaping @Sendable (String) -> Void = { _ in },
        reach: @escaping @Sendable (Milestone, [Performed.NewOutput]) throws(StepFailure) -> Void = { _, _ in
        }
    ) {
        self.say = say
        self.reach = reach
    }

    /// Takes words for a person about where the step is.
    package func callAsFunction(_ words: String) { say(words) }

    /// What the step does is on its way; steps that must only come behind it may begin.
    package func handedOver() throws(StepFailure) { try reach(.handedOver, []) }

    /// Steps that need these outputs may begin, though the step may still come to a bad end.
    ///
    /// - Throws: ``StepFailure`` where the outputs cannot be stored.
    package func usable(_ outputs: [Performed.NewOutput]) throws(StepFailure) { try reach(.usable, outputs) }
}
