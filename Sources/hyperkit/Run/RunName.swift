import Model

/// How people name a recorded run: by its id, by the end of it, or as `latest`.
enum RunName {
    /// No run, or more than one, is meant.
    struct Unknown: Error, Equatable {
        var name: String
        /// The runs that may have been meant, newest first.
        var near: [String]
    }

    private static let mostNear = 3

    /// Finds the run that `name` means.
    ///
    /// - Parameters:
    ///   - name: An id, what an id ends with, or `latest`.
    ///   - ids: Every run's, newest first.
    /// - Returns: One of `ids`.
    /// - Throws: ``Unknown``.
    static func resolve(_ name: String, among ids: [String]) throws(Unknown) -> String {
        if name == "latest", let newest = ids.first { return newest }
        if ids.contains(name) { return name }
        let ending = ids.filter { !name.isEmpty && $0.hasSuffix("-\(name)") }
        if ending.count == 1 { return ending[0] }
        let holding = ids.filter { !name.isEmpty && $0.contains(name) }
        let near = holding.isEmpty ? Nearest.match(for: name, among: ids).map { [$0] } ?? [] : holding
        throw Unknown(name: name, near: Array(near.prefix(mostNear)))
    }
}

extension RunName.Unknown {
    var diagnostic: Diagnostic {
        let hint =
            near.isEmpty ? "see hyperkit runs list" : "did you mean \(near.joined(separator: " or "))?"
        return .error("unknown-run", "there is no run '\(name)', or more than one", hint: hint)
    }
}
