package import Foundation

/// One change of a JSON text, as somebody makes it by hand.
package struct JSONEdit: Hashable, Sendable {
    /// `deployments.1.calls.name`; of a list without a number its first entry.
    package var path: String
    /// What it is changed to, as JSON; nil: it is taken out.
    package var value: String?

    package init(_ path: String, _ value: String?) {
        self.path = path
        self.value = value
    }

    package enum Fault: Error { case leadsNowhere(String) }

    /// The text with the change.
    ///
    /// - Throws: ``Fault`` where the path is of nothing that is there, and what JSONSerialization throws.
    package func applied(to json: Data) throws -> Data {
        let new = try value.map {
            try JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed)
        }
        let root = try JSONSerialization.jsonObject(with: json)
        guard let edited = try edited(root, path.split(separator: ".")[...], new) else {
            throw Fault.leadsNowhere(path)
        }
        return try JSONSerialization.data(withJSONObject: edited, options: [.sortedKeys])
    }

    private func edited(_ value: Any, _ path: ArraySlice<Substring>, _ new: Any?) throws -> Any? {
        guard let key = path.first.map(String.init) else { return new }
        if var list = value as? [Any] {
            let place = Int(key) ?? 0
            let rest = Int(key) == nil ? path : path.dropFirst()
            guard list.indices.contains(place), let inner = try edited(list[place], rest, new) else {
                throw Fault.leadsNowhere(self.path)
            }
            list[place] = inner
            return list
        }
        guard var members = value as? [String: Any] else { throw Fault.leadsNowhere(self.path) }
        // At the end of the path a member may be new.
        guard let inner = members[key] ?? (path.count == 1 && new != nil ? [:] : nil) else {
            throw Fault.leadsNowhere(self.path)
        }
        members[key] = try edited(inner, path.dropFirst(), new)
        return members
    }
}
