import Model

extension Arguments {
    /// Where the manifest has the argument that an ABI error's path names, such as `arguments[1].owner`.
    ///
    /// Where the path leads to nothing that was written, as for one that is missing, the nearest place that there is.
    func location(of path: String) -> FileLocation? {
        var parts = path.split(whereSeparator: { ".[]".contains($0) }).map(String.init)[...]
        guard parts.popFirst() != nil else { return nil }
        switch self {
        case .positional(let items):
            guard let index = parts.popFirst().flatMap({ Int($0) }), items.indices.contains(index) else {
                return items.first?.location
            }
            return items[index].location(of: parts)
        case .named(let fields):
            let name = parts.popFirst()
            guard let field = fields.first(where: { $0.name == name }) else {
                return fields.first?.value.location
            }
            return field.value.location(of: parts)
        }
    }
}

extension Argument {
    fileprivate func location(of path: ArraySlice<String>) -> FileLocation {
        guard let first = path.first else { return location }
        let part: Argument? =
            switch self {
            case .text: nil
            case .list(let items, _): Int(first).flatMap { items.indices.contains($0) ? items[$0] : nil }
            case .map(let fields, _): fields.first { $0.name == first }?.value
            }
        return part?.location(of: path.dropFirst()) ?? location
    }
}
