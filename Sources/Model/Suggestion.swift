extension Collection<String> {
    /// The one that `text` was most likely meant to be; nil where none is near.
    ///
    /// Near is at most a third of its length in edits (insert, delete, replace, swap of neighbours), and at least one;
    /// letter case is not counted. The first of several equally near ones wins.
    package func nearest(to text: String) -> String? {
        let wanted = Array(text.lowercased())
        // A text this long is no slip of the keyboard, and the comparison is quadratic.
        guard wanted.count <= 64 else { return nil }
        let ranked = map { (name: $0, distance: editDistance(wanted, Array($0.lowercased()))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= Swift.max(1, wanted.count / 3) ? best.name : nil
    }
}

/// How many edits apart two texts are (optimal string alignment).
private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, character) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            var best = Swift.min(
                last[column + 1] + 1, current[column] + 1, last[column] + (character == other ? 0 : 1))
            if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
                best = Swift.min(best, beforeLast[column - 1] + 1)
            }
            current.append(best)
        }
        (beforeLast, last) = (last, current)
    }
    return last[right.count]
}
