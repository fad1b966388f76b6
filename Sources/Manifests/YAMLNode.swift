/// What a YAML file says, aliases followed: text, lists and maps, each with its place.
struct YAMLNode: Sendable {
    enum Content: Sendable {
        /// What was written, with no type of YAML's guessed; `isPlain` where it had no quotes.
        case text(String, isPlain: Bool)
        case list([YAMLNode])
        case map([Entry])
    }

    struct Entry: Sendable {
        let key: String
        let keyPlace: Place
        let value: YAMLNode
    }

    let content: Content
    let place: Place

    /// The kind of content in words, for a message.
    var inWords: String {
        switch content {
        case .text("", isPlain: true): "nothing"
        case .text(let text, isPlain: true) where Int(text) != nil: "a number"
        case .text: "text"
        case .list: "a list"
        case .map: "a map"
        }
    }

    var entries: [Entry]? { if case .map(let entries) = content { entries } else { nil } }

    var items: [YAMLNode]? { if case .list(let items) = content { items } else { nil } }

    var text: String? { if case .text(let text, _) = content { text } else { nil } }

    subscript(key: String) -> Entry? { entries?.first { $0.key == key } }
}
