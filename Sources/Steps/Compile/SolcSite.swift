/// A place in a compiler's output that says something of what else was compiled in the same run.
///
/// Ranges count bytes of the whole output.
enum SolcSite: Sendable {
    /// The digits of a syntax tree node's number.
    case node(Range<Int>, Int)
    /// The digits of a source's number.
    case file(Range<Int>, Int)
    /// A source map, between its quotes.
    case map(Range<Int>)
    /// Members of an object whose names hold node numbers: the compiler sorts them by name, as text.
    case members([Member])

    struct Member: Sendable {
        /// Name and value.
        var range: Range<Int>
        var sites: [SolcSite]
    }
}

/// What nodes and sources of one run would be numbered, had the compiler seen some of the sources alone.
///
/// The compiler numbers the nodes of one source after the other, sources sorted by path, and a source takes as many
/// numbers whatever comes before it. So every number of a source moves by the same distance.
struct SolcNumbers: Sendable {
    /// Number of the last node of each source, in the order of paths.
    let lastNodes: [Int]
    /// How far back a source's nodes move; nil for a source that is not there.
    private var distances: [Int?]
    private var files: [Int?]

    /// - Parameters:
    ///   - lastNodes: Number of the last node of each source.
    ///   - kept: Numbers of the sources that the compiler would have seen, ascending.
    init(lastNodes: [Int], kept: [Int]) {
        self.lastNodes = lastNodes
        distances = Array(repeating: nil, count: lastNodes.count)
        // One more: code that the compiler itself writes has the number after the last source.
        files = Array(repeating: nil, count: lastNodes.count + 1)
        var nodes = 0
        for (number, file) in kept.enumerated() {
            let before = file == 0 ? 0 : lastNodes[file - 1]
            distances[file] = before - nodes
            nodes += lastNodes[file] - before
            files[file] = number
        }
        files[lastNodes.count] = kept.count
    }

    /// nil: a node of a source that is not there.
    func node(_ number: Int) -> Int? {
        // Builtins have negative numbers, which the compiler writes as unsigned ones of 32 bits.
        guard number < 1 << 31, number > 0 else { return number }
        var low = 0
        var high = lastNodes.count
        while low < high {
            let middle = (low + high) / 2
            if lastNodes[middle] < number { low = middle + 1 } else { high = middle }
        }
        guard low < lastNodes.count, let distance = distances[low] else { return nil }
        return number - distance
    }

    func file(_ number: Int) -> Int? { files.indices.contains(number) ? files[number] : nil }
}

extension SolcNumbers {
    /// Adds `range` of `bytes` to `out`, with every site's numbers put right; false where one has no number.
    func copy(
        _ range: Range<Int>,
        of bytes: ArraySlice<UInt8>,
        _ sites: [SolcSite],
        to out: inout [UInt8]
    ) -> Bool {
        var from = range.lowerBound
        for site in sites {
            switch site {
            case .node(let place, let number):
                guard let number = node(number) else { return false }
                out += bytes[from..<place.lowerBound]
                Self.write(number, to: &out)
                from = place.upperBound
            case .file(let place, let number):
                guard let number = file(number) else { return false }
                out += bytes[from..<place.lowerBound]
                Self.write(number, to: &out)
                from = place.upperBound
            case .map(let place):
                guard let map = SolcSourceMap.canonical(bytes[place], own: lastNodes.count, number: file)
                else {
                    return false
                }
                out += bytes[from..<place.lowerBound]
                out += map
                from = place.upperBound
            case .members(let members):
                guard let first = members.first, let last = members.last else { continue }
                out += bytes[from..<first.range.lowerBound]
                guard let texts = texts(of: members, in: bytes) else { return false }
                out += texts.joined(separator: CollectionOfOne(UInt8(ascii: ",")))
                from = last.range.upperBound
            }
        }
        out += bytes[from..<range.upperBound]
        return true
    }

    private func texts(of members: [SolcSite.Member], in bytes: ArraySlice<UInt8>) -> [[UInt8]]? {
        var texts: [(name: ArraySlice<UInt8>, text: [UInt8])] = []
        for member in members {
            var text: [UInt8] = []
            guard copy(member.range, of: bytes, member.sites, to: &text) else { return nil }
            // Names of numbers and types hold no quotes.
            texts.append((text.dropFirst().prefix { $0 != UInt8(ascii: "\"") }, text))
        }
        return texts.sorted { $0.name.lexicographicallyPrecedes($1.name) }.map(\.text)
    }

    private static func write(_ number: Int, to out: inout [UInt8]) {
        var digits: [UInt8] = []
        var rest = number
        repeat {
            digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        out += digits.reversed()
    }
}
