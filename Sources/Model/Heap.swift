/// A binary heap of integers, least first: keeps equal choices in the order given.
package struct Heap: Sendable {
    private var items: [Int]

    package init(_ items: [Int] = []) {
        self.items = items.sorted()
    }

    package var isEmpty: Bool { items.isEmpty }
    package var count: Int { items.count }
    package var least: Int? { items.first }

    package mutating func insert(_ item: Int) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[child] < items[(child - 1) / 2] {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    package mutating func popLeast() -> Int? {
        guard let least = items.first, let last = items.popLast() else { return nil }
        guard !items.isEmpty else { return least }
        items[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count {
                if items[child] < items[smallest] { smallest = child }
            }
            guard smallest != parent else { return least }
            items.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
