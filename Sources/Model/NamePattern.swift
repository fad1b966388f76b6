/// A pattern for one part of a path.
struct NamePattern: Sendable {
    private enum Item: Sendable {
        case exactly(Character)
        case anyOne
        case anyNumber
        case oneOf([ClosedRange<Character>], negated: Bool)
    }

    private let items: [Item]
    private let wantsDot: Bool

    init(_ text: String) throws(Glob.Fault) {
        let characters = Array(text)
        var items: [Item] = []
        var index = 0
        while index < characters.count {
            switch characters[index] {
            case "*":
                if case .anyNumber? = items.last { break }
                items.append(.anyNumber)
            case "?": items.append(.anyOne)
            case "[": items.append(try Self.choice(characters, &index))
            case "\\" where index + 1 < characters.count:
                index += 1
                items.append(.exactly(characters[index]))
            default: items.append(.exactly(characters[index]))
            }
            index += 1
        }
        self.items = items
        wantsDot = text.hasPrefix(".")
    }

    func matches(_ name: String) -> Bool {
        guard wantsDot || !name.hasPrefix(".") else { return false }
        let characters = Array(name)
        var item = 0
        var position = 0
        // Where to go back to: the last `*` and how far it has reached.
        var star: (item: Int, position: Int)?
        while position < characters.count {
            if item < items.count, case .anyNumber = items[item] {
                star = (item, position)
                item += 1
            } else if item < items.count, Self.accepts(items[item], characters[position]) {
                item += 1
                position += 1
            } else if let last = star {
                star = (last.item, last.position + 1)
                item = last.item + 1
                position = last.position + 1
            } else {
                return false
            }
        }
        return items[item...].allSatisfy { if case .anyNumber = $0 { true } else { false } }
    }

    private static func accepts(_ item: Item, _ character: Character) -> Bool {
        switch item {
        case .exactly(let wanted): wanted == character
        case .anyOne, .anyNumber: true
        case .oneOf(let ranges, let negated): ranges.contains { $0.contains(character) } != negated
        }
    }

    private static func choice(_ text: [Character], _ index: inout Int) throws(Glob.Fault) -> Item {
        var position = index + 1
        var negated = false
        if position < text.count, text[position] == "!" || text[position] == "^" {
            negated = true
            position += 1
        }
        var ranges: [ClosedRange<Character>] = []
        while position < text.count, text[position] != "]" || ranges.isEmpty {
            let low = text[position]
            if position + 2 < text.count, text[position + 1] == "-", text[position + 2] != "]" {
                let high = text[position + 2]
                guard low <= high else { throw Glob.Fault(reason: "the range \(low)-\(high) is empty") }
                ranges.append(low...high)
                position += 3
            } else {
                ranges.append(low...low)
                position += 1
            }
        }
        guard position < text.count else { throw Glob.Fault(reason: "a '[' has no ']'") }
        index = position
        return .oneOf(ranges, negated: negated)
    }
}
