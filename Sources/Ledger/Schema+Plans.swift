extension Schema {
    /// The digest of the plan that a run applies.
    static let plans = "ALTER TABLE runs ADD COLUMN plan_digest TEXT;"
}
