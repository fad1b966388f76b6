import Model
import Yams

/// How many nodes a whole manifest may have, aliases followed.
struct NodeBudget {
    static let most = 1_000_000
    var left = NodeBudget.most
}

/// Makes a tree of a file's text.
struct YAMLReader {
    private static let deepest = 100
    /// How many keys that are there twice are looked for in one file.
    private static let mostDuplicates = 50

    private let source: SourceText
    private let problems: Problems
    private let aliases: Int
    private var marked: MarkedText
    /// What is left of the file's own budget.
    private var left: Int
    private var stopped = false

    /// Reads a file; nil after adding the problem that kept it from being read.
    static func read(_ source: SourceText, problems: Problems, budget: inout NodeBudget) -> YAMLNode? {
        guard let aliases = YAMLGuard.check(source, problems: problems) else { return nil }
        var reader = YAMLReader(source: source, problems: problems, aliases: aliases, budget: budget)
        let node = reader.read()
        budget.left = max(0, budget.left - reader.used)
        return reader.stopped ? nil : node
    }

    private let allowance: Int

    private init(source: SourceText, problems: Problems, aliases: Int, budget: NodeBudget) {
        self.source = source
        self.problems = problems
        self.aliases = aliases
        marked = MarkedText(source)
        // A file without aliases has fewer nodes than bytes; one with them may have a few more.
        allowance = aliases == 0 ? budget.left : min(budget.left, 20_000 + source.bytes.count / 2)
        left = allowance
    }

    private var used: Int { allowance - left }

    private mutating func read() -> YAMLNode? {
        for _ in 0..<Self.mostDuplicates {
            do {
                guard let root = try compose(yaml: marked.text, Resolver.basic, .default, .utf8) else {
                    problems.add(source.place(atByte: 0, length: 0).error("empty", "the file is empty"))
                    return nil
                }
                return node(root, depth: 0)
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                // It names the first of two; with that one marked, the next attempt lets both through.
                guard marked.mark(context.mark) else {
                    problems.add(place(context.mark).duplicate(names.first ?? "a key"))
                    return nil
                }
            } catch {
                problems.add(diagnostic(error))
                return nil
            }
        }
        problems.add(source.place(atByte: 0, length: 0).duplicate("more than \(Self.mostDuplicates) keys"))
        return nil
    }

    // MARK: The tree

    private mutating func node(_ node: Node, depth: Int) -> YAMLNode? {
        let place = place(of: node)
        guard spend(at: place, depth: depth) else { return nil }
        if let tag = tag(of: node) {
            problems.add(
                place.error(
                    "yaml", "the tag '\(tag)' has no meaning here", hint: "remove it; put text in quotes")
            )
        }
        switch node {
        case .scalar(let scalar):
            return YAMLNode(content: .text(scalar.string, isPlain: scalar.style == .plain), place: place)
        case .sequence(let sequence):
            var items: [YAMLNode] = []
            for item in sequence {
                guard let item = self.node(item, depth: depth + 1) else { return nil }
                items.append(item)
            }
            return YAMLNode(content: .list(items), place: place)
        case .mapping(let mapping):
            var entries: [YAMLNode.Entry] = []
            var first: [String: Place] = [:]
            for (key, value) in mapping {
                guard let value = self.node(value, depth: depth + 1) else { return nil }
                guard let (name, keyPlace) = self.key(key) else { continue }
                if let other = first[name] {
                    problems.add(keyPlace.duplicate("'\(name)'", first: other))
                    continue
                }
                first[name] = keyPlace
                entries.append(YAMLNode.Entry(key: name, keyPlace: keyPlace, value: value))
            }
            return YAMLNode(content: .map(entries), place: place)
        case .alias:
            return YAMLNode(content: .text("", isPlain: true), place: place)
        }
    }

    private mutating func spend(at place: Place, depth: Int) -> Bool {
        guard depth <= Self.deepest else {
            stop(place.error("too-deep", "this is nested more than \(Self.deepest) levels deep"))
            return false
        }
        left -= 1
        guard left >= 0 else {
            left = 0
            let why =
                aliases > 0
                ? "aliases make more than \(allowance) values of this file's \(source.bytes.count) bytes"
                : "the manifest has more than \(NodeBudget.most) values"
            stop(place.error("too-large", why, hint: "write a set or a variable for what repeats"))
            return false
        }
        return true
    }

    private mutating func stop(_ diagnostic: Diagnostic) {
        guard !stopped else { return }
        stopped = true
        problems.add(diagnostic)
    }

    private func key(_ node: Node) -> (String, Place)? {
        let place = place(of: node)
        guard case .scalar(let scalar) = node else {
            problems.add(place.error("yaml", "a key is text, not a list or a map"))
            return nil
        }
        guard scalar.string != "<<" else {
            problems.add(
                place.error(
                    "yaml",
                    "merge keys (<<) are not supported",
                    hint: "write the keys out, or share a whole value by an anchor and an alias"
                )
            )
            return nil
        }
        return (MarkedText.withoutMark(scalar.string), place)
    }

    private func tag(of node: Node) -> String? {
        let name =
            switch node {
            case .scalar(let scalar): scalar.tag.description
            case .sequence(let sequence): sequence.tag.description
            case .mapping(let mapping): mapping.tag.description
            case .alias: ""
            }
        // The parser itself calls quoted text !!str.
        let harmless = ["", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"]
        guard !harmless.contains(name) else { return nil }
        return name.replacing("tag:yaml.org,2002:", with: "!!")
    }

    // MARK: Places

    private func place(of node: Node) -> Place {
        guard let mark = node.mark else { return source.place(atByte: 0, length: 0) }
        let start = place(mark)
        switch node {
        case .scalar(let scalar):
            let text = MarkedText.withoutMark(scalar.string)
            return Place(
                source: source,
                line: start.line,
                column: start.column,
                length: Self.length(of: text, in: source.line(start.line).dropFirst(start.column - 1))
            )
        case .sequence, .mapping, .alias: return start
        }
    }

    private func place(_ mark: Mark) -> Place {
        let (line, scalar) = marked.original(mark)
        let offset = source.byte(line: line, scalar: scalar)
        return source.place(atByte: min(offset, source.bytes.count))
    }

    /// How much of `written` spells `text`, quotes included.
    private static func length(of text: String, in written: ArraySlice<UInt8>) -> Int {
        guard let quote = written.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            return written.starts(with: text.utf8) ? text.utf8.count : 0
        }
        var isEscaped = false
        for (index, byte) in zip(1..., written.dropFirst()) {
            if byte == quote, !isEscaped { return index + 1 }
            isEscaped = byte == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"") && !isEscaped
        }
        return written.count
    }

    // MARK: What the parser says

    private func diagnostic(_ error: any Error) -> Diagnostic {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            syntax(problem, at: place(mark), since: context.map { place($0.mark) })
        case .reader(let problem, _, _, _): source.place(atByte: 0, length: 0).error("yaml", problem)
        default: source.place(atByte: 0, length: 0).error("yaml", "the file cannot be read as YAML: \(error)")
        }
    }

    private func syntax(_ problem: String, at place: Place, since start: Place?) -> Diagnostic {
        if let marker = source.conflictMarker {
            return marker.error(
                "merge-conflict",
                "git left a merge to you: this is its marker",
                hint: "keep what is meant of both sides, and take the lines <<<<<<<, ======= and >>>>>>> away"
            )
        }
        let line = source.line(place.line)
        let next = line.dropFirst(place.column - 1).first
        let isReference = line.prefix(place.column).suffix(2).elementsEqual("${".utf8)
        if problem.contains("another document") {
            return place.error(
                "yaml",
                "a manifest is one YAML document, and a second one begins here",
                hint: "make two files of it; the root manifest includes the other"
            )
        }
        if problem.contains("Maximum nesting") {
            return place.error("too-deep", "this is nested more than \(Self.deepest) levels deep")
        }
        if problem.contains("unexpected end of stream"), let start {
            return start.error("yaml", "a quote is opened here and never closed", hint: "close it")
        }
        if next == 9 {
            return place.error("yaml", "a tab cannot indent YAML", hint: "indent by spaces")
        }
        let hint: String? =
            switch problem {
            case _ where isReference: "a text with ${…} between brackets or braces needs quotes"
            case _ where problem.contains("did not find expected ',' or"):
                start.map { "what is opened at \($0.location) is not closed before this" }
            case _ where problem.contains("mapping values are not allowed"):
                "a text with ': ' in it needs quotes; a key of the same map starts in the same column"
            case _ where problem.contains("could not find expected ':'"):
                "a key is followed by ': '; a text that goes on in the next line is indented or quoted"
            case _ where problem.contains("cannot start any token"):
                "a text that starts with this character needs quotes"
            case _ where problem.contains("undefined alias"):
                "an anchor (&name) comes before its aliases (*name)"
            case _ where problem.contains("did not find expected key"):
                "the keys of one map start in the same column"
            default: nil
            }
        return place.error("yaml", "this is not YAML: \(problem)", hint: hint)
    }
}

extension Place {
    func duplicate(_ what: String, first: Place? = nil) -> Diagnostic {
        error(
            "duplicate-key",
            "\(what) is defined twice",
            hint: first.map { "the first is at \($0.location)" }
        )
    }
}
