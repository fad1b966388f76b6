/// One labelled field of two fingerprints of the same step.
package struct FieldComparison: Hashable, Sendable {
    package let label: String
    /// nil where the field is new.
    package let before: String?
    /// nil where the field is gone.
    package let after: String?

    package init(label: String, before: String?, after: String?) {
        self.label = label
        self.before = before
        self.after = after
    }

    package var isChanged: Bool { before != after }

    /// The first word of the label, which fields of one kind share: `source` of `source contracts/Vault.sol`.
    package var kind: Substring { label.prefix { $0 != " " } }

    /// `sha256:1a2b… → sha256:9c0d…`, `is new`, `is gone`, or the value of a field that is as it was.
    package var change: String {
        guard let before else { return "is new" }
        guard let after else { return "is gone" }
        guard isChanged else { return Self.short(after) }
        let (old, new) = (Self.short(before), Self.short(after))
        guard old == new else { return "\(old) → \(new)" }
        // Alike as far as they are shown: shown from where they part.
        let common = zip(before, after).prefix { $0 == $1 }.count
        return "…\(Self.cut(before.dropFirst(common))) → …\(Self.cut(after.dropFirst(common)))"
    }

    /// What the field says, the last that is known of it, short.
    package var value: String { Self.short(after ?? before ?? "") }

    /// In words: `solc 0.8.28 → 0.8.29`.
    package var words: String { "\(label) \(change)" }

    /// Digests by their first digits; of long texts the start.
    private static func short(_ value: String) -> String {
        guard !value.isEmpty else { return "(empty)" }
        let words = value.split(separator: " ", omittingEmptySubsequences: false).map { word in
            Digest(word).map { "sha256:\($0.hex.prefix(4))…" } ?? String(word)
        }
        return cut(words.joined(separator: " ")[...])
    }

    private static func cut(_ text: Substring) -> String {
        text.count > 60 ? text.prefix(59) + "…" : String(text)
    }
}

extension Fingerprint {
    /// How many differences a reason names.
    private static let mostNamed = 5

    /// Every field beside that of an earlier fingerprint of the same step: its own in their order, then those that are gone.
    package func compared(with earlier: Fingerprint) -> [FieldComparison] {
        let before = Dictionary(
            earlier.numbered.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        let now = numbered
        let keys = Set(now.map(\.key))
        return now.map { FieldComparison(label: $0.key.label, before: before[$0.key], after: $0.value) }
            + earlier.numbered.filter { !keys.contains($0.key) }
            .map { FieldComparison(label: $0.key.label, before: $0.value, after: nil) }
    }

    /// What differs from an earlier fingerprint of the same step, in words; empty where nothing does.
    package func differences(from earlier: Fingerprint) -> [String] {
        compared(with: earlier).filter(\.isChanged).map(\.words)
    }

    /// Why a step with this fingerprint runs again that had another one before.
    package func reason(since earlier: Fingerprint) -> String {
        let changes = differences(from: earlier)
        if changes.isEmpty { return "the order of its inputs changed" }
        let rest = changes.count - Self.mostNamed
        let named = changes.prefix(rest > 1 ? Self.mostNamed : changes.count)
        return named.joined(separator: ", ") + (rest > 1 ? " and \(rest) more" : "")
    }

    private struct Key: Hashable {
        let label: String
        /// Which of the fields with this label it is.
        let number: Int
    }

    private var numbered: [(key: Key, value: String)] {
        var counts: [String: Int] = [:]
        return fields.map { field in
            counts[field.label, default: 0] += 1
            return (Key(label: field.label, number: counts[field.label] ?? 1), field.value)
        }
    }
}

/// What the engine says of a step that did not run; history is read by these words.
package enum StepReason {
    package static let nothingChanged = "nothing changed"
    package static let failedBefore = "it failed so before, and nothing changed"
    package static let neverDone = "it has not been done before"
}
