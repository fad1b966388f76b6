extension Schema {
    /// A skipped step names the one that did not end well and because of which it was not done.
    static let skipping = "ALTER TABLE jobs ADD COLUMN skipped_after TEXT"
}
