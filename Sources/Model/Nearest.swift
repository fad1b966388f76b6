/// Finds what the user may have meant.
package enum Nearest {
    /// The candidate that is a slip of the finger away from `text`; nil where none is near enough.
    ///
    /// Near is a third of the letters at most, and never more than three; of equally near ones the first.
    /// Case alone is the smallest difference there is.
    package static func match(for text: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(text.lowercased().utf8)
        guard !wanted.isEmpty, wanted.count <= 100 else { return nil }
        let limit = min(3, max(1, wanted.count / 3))
        var best: (candidate: String, distance: Int)?
        for candidate in candidates where candidate != text {
            let other = Array(candidate.lowercased().utf8)
            guard abs(other.count - wanted.count) <= limit, other.count <= 100 else { continue }
            let distance = distance(wanted, other)
            guard distance <= limit, distance < min(wanted.count, other.count) else { continue }
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (Damerau-Levenshtein, restricted).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var last = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for (column, other) in right.enumerated() {
                var least = min(last[column + 1] + 1, current[column] + 1)
                least = min(least, last[column] + (byte == other ? 0 : 1))
                if row > 0, column > 0, byte == right[column - 1], left[row - 1] == other {
                    least = min(least, before[column - 1] + 1)
                }
                current.append(least)
            }
            before = last
            last = current
        }
        return last[right.count]
    }
}
