import Model

/// Turns the path of an import into the compiler's name of the file, which is its path relative to the project's root.
///
/// The rules are those of "Import Path Resolution" in the Solidity documentation: a path that begins with `./` or `../` is
/// relative to the importing file; any other goes through the remappings, the longest context first, then the longest
/// prefix, then the last one given.
struct Remappings {
    private struct Remapping {
        var context: String
        var prefix: String
        var target: String
    }

    private let remappings: [Remapping]

    init(_ texts: [String]) {
        remappings = texts.compactMap { text in
            guard let equals = text.firstIndex(of: "=") else { return nil }
            let left = text[..<equals]
            let target = String(text[text.index(after: equals)...])
            guard let colon = left.firstIndex(of: ":") else {
                return Remapping(context: "", prefix: String(left), target: target)
            }
            return Remapping(
                context: String(left[..<colon]),
                prefix: String(left[left.index(after: colon)...]),
                target: target
            )
        }
    }

    /// The name of what `text` imports into `importer`.
    func resolve(_ text: String, from importer: String) -> String {
        let isRelative = text.hasPrefix("./") || text.hasPrefix("../")
        let name = isRelative ? PathText.join(PathText.directory(of: importer), text) : text
        var best: Remapping?
        for remapping in remappings
        where importer.hasPrefix(remapping.context) && name.hasPrefix(remapping.prefix) {
            guard let chosen = best else {
                best = remapping
                continue
            }
            let isBetter =
                (remapping.context.utf8.count, remapping.prefix.utf8.count)
                >= (chosen.context.utf8.count, chosen.prefix.utf8.count)
            if isBetter { best = remapping }
        }
        guard let best else { return name }
        return best.target + name.dropFirst(best.prefix.count)
    }
}
