/// The compiler's spellings of types, which name declarations by their nodes.
///
/// From solc's Types.cpp: `t_struct(Point)45_storage` in storage layouts; identifiers have `(` as `$_`, `)` as `_$` and a
/// `$` of the user's as `$$$`, as in `t_struct$_Point_$45_storage`.
enum SolcTypeName {
    enum Spelling { case storage, identifier }

    private static let kinds = ["contract", "enum", "struct", "super", "userDefinedValueType"].map {
        Array($0.utf8)
    }
    private static let module = Array("t_module_".utf8)
    private static let dollar = UInt8(ascii: "$")
    private static let underscore = UInt8(ascii: "_")

    /// The node numbers in a type's name.
    static func sites(_ name: ArraySlice<UInt8>, _ spelling: Spelling) -> [SolcSite] {
        if name.starts(with: module), let site = number(in: name, from: name.startIndex + module.count) {
            return [site]
        }
        var sites: [SolcSite] = []
        var position = name.startIndex
        while position + 2 < name.endIndex {
            guard name[position] == UInt8(ascii: "t"), name[position + 1] == underscore,
                let start = declared(in: name, from: position + 2, spelling)
            else {
                position += 1
                continue
            }
            position = end(of: start, in: name, spelling)
            guard let site = number(in: name, from: position) else { continue }
            sites.append(site)
        }
        return sites
    }

    /// Where the declaration's own name starts.
    private static func declared(
        in name: ArraySlice<UInt8>,
        from start: Int,
        _ spelling: Spelling
    ) -> Int? {
        let rest = name[start...]
        for kind in kinds where rest.starts(with: kind) {
            let after = rest.dropFirst(kind.count)
            switch spelling {
            case .storage where after.first == UInt8(ascii: "("): return after.startIndex + 1
            case .identifier where after.starts(with: [dollar, underscore]): return after.startIndex + 2
            case .storage, .identifier: continue
            }
        }
        return nil
    }

    /// The position behind the bracket that closes the declaration's name.
    private static func end(of start: Int, in name: ArraySlice<UInt8>, _ spelling: Spelling) -> Int {
        var position = start
        switch spelling {
        case .storage:
            while position < name.endIndex, name[position] != UInt8(ascii: ")") { position += 1 }
            return min(position + 1, name.endIndex)
        case .identifier:
            while position < name.endIndex {
                let rest = name[position...]
                if rest.starts(with: [dollar, dollar, dollar]) {
                    position += 3
                } else if rest.starts(with: [underscore, dollar]),
                    !rest.dropFirst().starts(with: [dollar, dollar, dollar])
                {
                    return position + 2
                } else {
                    position += 1
                }
            }
            return position
        }
    }

    private static func number(in name: ArraySlice<UInt8>, from start: Int) -> SolcSite? {
        let digits = name[start...].prefix { (48...57).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self)).map { .node(digits.indices, $0) }
    }
}
