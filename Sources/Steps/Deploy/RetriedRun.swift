package import Model

/// The recorded run that a run takes up.
package struct RetriedRun: Hashable, Sendable {
    package let id: String
    /// What it left to do.
    package let left: Set<StepID>

    package init(id: String, left: Set<StepID>) {
        self.id = id
        self.left = left
    }
}
