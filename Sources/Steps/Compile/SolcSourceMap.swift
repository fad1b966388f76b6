/// The compiler's source maps: `start:length:source:jump:depth;…`, where what is empty is as in the entry before.
enum SolcSourceMap {
    /// The source numbers in the text of a map.
    ///
    /// What is empty stays so: sources that differ keep differing when they are numbered anew.
    static func sites(_ map: ArraySlice<UInt8>) -> [SolcSite] {
        var sites: [SolcSite] = []
        var field = 0
        var number: Int?
        var start = map.startIndex
        func close(_ end: Int) {
            if field == 2, let number { sites.append(.file(start..<end, number)) }
            number = nil
        }
        for position in map.indices {
            switch map[position] {
            case UInt8(ascii: ";"):
                close(position)
                field = 0
                start = position + 1
            case UInt8(ascii: ":"):
                close(position)
                field += 1
                start = position + 1
            case let byte where field == 2:
                // -1 stands for no source at all.
                let digit = Int(byte) - 48
                let before = position == start ? 0 : number
                number = (0...9).contains(digit) ? before.map { $0 * 10 + digit } : nil
            default: break
            }
        }
        close(map.endIndex)
        return sites
    }
}
