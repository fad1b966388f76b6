import Model

/// What a file says, with shapes checked and variables filled in.
indirect enum Checked {
    case text(CheckedText)
    case list([Checked], Place)
    case map(CheckedMap)

    var text: CheckedText? { if case .text(let text) = self { text } else { nil } }
    var items: [Checked]? { if case .list(let items, _) = self { items } else { nil } }
    var map: CheckedMap? { if case .map(let map) = self { map } else { nil } }

    var place: Place {
        switch self {
        case .text(let text): text.place
        case .list(_, let place): place
        case .map(let map): map.place
        }
    }
}

/// A text that has passed its kind's check.
struct CheckedText {
    let value: Interpolated
    let place: Place
    /// Whether it stands for something that is not known without the environment.
    let isUnknown: Bool

    /// The text of a kind that keeps no references.
    var text: String { value.text ?? "" }

    var located: Located<String> { Located(text, at: place.location) }
}

/// A map whose entries have passed; those that did not are left out.
struct CheckedMap {
    struct Entry {
        let key: String
        let keyPlace: Place
        let value: Checked
    }

    let entries: [Entry]
    let place: Place
    /// Whether none was left out.
    let isWhole: Bool

    subscript(key: String) -> Entry? { entries.first { $0.key == key } }

    func text(_ key: String) -> CheckedText? { self[key]?.value.text }
    func map(_ key: String) -> CheckedMap? { self[key]?.value.map }
    func items(_ key: String) -> [Checked]? { self[key]?.value.items }
    func texts(_ key: String) -> [CheckedText]? { items(key)?.compactMap(\.text) }
    func integer(_ key: String) -> Int? { text(key).flatMap { Int($0.text) } }
    func flag(_ key: String) -> Bool? { text(key).map { $0.text == "true" } }
}
