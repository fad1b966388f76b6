/// The compiler's source maps: `start:length:source:jump:depth;…`, where what is empty is as in the entry before.
enum SolcSourceMap {
    /// A map with its sources numbered anew, and with no places in code that the compiler itself wrote.
    ///
    /// That code names types by node numbers, so that places in it move with the number of digits. It is not among the
    /// sources, and nothing looks into it: its entries get `0:0`.
    ///
    /// - Parameters:
    ///   - map: The text between the quotes.
    ///   - own: The number of the compiler's own code.
    ///   - number: What a source is to be numbered; nil where it is not there.
    /// - Returns: The map as the compiler would write it; nil where a source has no number.
    static func canonical(_ map: ArraySlice<UInt8>, own: Int, number: (Int) -> Int?) -> [UInt8]? {
        let empty = Array("".utf8)[...]
        let zero = Array("0".utf8)[...]
        var read = Array(repeating: empty, count: 5)
        var written = read
        var out: [UInt8] = []
        out.reserveCapacity(map.count)
        guard !map.isEmpty else { return [] }
        for (index, entry) in map.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .enumerated()
        {
            var field = 0
            if !entry.isEmpty {
                for part in entry.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
                    guard field < 5 else { return nil }
                    if !part.isEmpty { read[field] = part }
                    field += 1
                }
            }
            var wanted = read
            if let source = Int(String(decoding: read[2], as: UTF8.self)), source >= 0 {
                guard let new = number(source) else { return nil }
                wanted[2] = Array(String(new).utf8)[...]
                if source == own {
                    wanted[0] = zero
                    wanted[1] = zero
                }
            }
            if index > 0 { out.append(UInt8(ascii: ";")) }
            let last = wanted.indices.last { wanted[$0] != written[$0] }
            for field in 0..<(last.map { $0 + 1 } ?? 0) {
                if field > 0 { out.append(UInt8(ascii: ":")) }
                if wanted[field] != written[field] { out += wanted[field] }
            }
            written = wanted
        }
        return out
    }
}
