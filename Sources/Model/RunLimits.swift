/// How long a run may take, and how often a step is tried, as a manifest says.
package struct RunLimits: Hashable, Sendable {
    /// nil: as long as it takes.
    package var run: Duration?
    /// One attempt of a step.
    package var attempt: Duration?
    /// How often a step is tried again after a failure that may pass.
    package var retries: Int

    package init(run: Duration? = nil, attempt: Duration? = nil, retries: Int = 3) {
        self.run = run
        self.attempt = attempt
        self.retries = retries
    }
}
