package import Foundation
package import Model

/// Where something stands in a file of JSON that something else has read.
package enum JSONPlaces {
    /// A problem at a value of the file, or where the file is no JSON there.
    ///
    /// - Parameters:
    ///   - code: The word for the kind of problem.
    ///   - message: What is wrong with the value.
    ///   - path: The keys, and places in lists, that lead to it; empty where what is wrong is told by the text alone.
    ///   - bytes: The file.
    ///   - name: Its path as it is printed.
    ///   - hint: What to do about it.
    /// - Returns: The problem with its line.
    package static func problem(
        _ code: String,
        _ message: String,
        at path: [String],
        in bytes: Data,
        name: String,
        hint: String
    ) -> Diagnostic {
        let source = SourceText(name: name, path: name, bytes: Array(bytes))
        do throws(JSONNodes.Fault) {
            let root = try JSONNodes.read(source)
            if path.isEmpty, let number = oddNumber(in: root) {
                return number.place.error(
                    code, "'\(number.text ?? "")' is no whole number from 0 on", hint: hint)
            }
            return node(at: path[...], in: root).place.error(code, message, hint: hint)
        } catch {
            return problem(error, code, in: source, hint: hint)
        }
    }

    /// The problem of a file that is no JSON, or that says something twice, so that two readers may take it for two things; nil where
    /// there is none.
    package static func fault(_ code: String, in bytes: Data, name: String, hint: String) -> Diagnostic? {
        let source = SourceText(name: name, path: name, bytes: Array(bytes))
        do throws(JSONNodes.Fault) {
            _ = try JSONNodes.read(source)
            return nil
        } catch {
            return problem(error, code, in: source, hint: hint)
        }
    }

    private static func problem(
        _ fault: JSONNodes.Fault,
        _ code: String,
        in source: SourceText,
        hint: String
    ) -> Diagnostic {
        source.place(atByte: fault.offset).error(code, "this is no JSON: \(fault.reason)", hint: hint)
    }

    /// The value at a path, or the last on the way to it that is there.
    private static func node(at path: ArraySlice<String>, in node: YAMLNode) -> YAMLNode {
        guard let first = path.first else { return node }
        let next =
            node.items.flatMap { items in
                Int(first).flatMap { items.indices.contains($0) ? items[$0] : nil }
            } ?? node[first]?.value
        return next.map { self.node(at: path.dropFirst(), in: $0) } ?? node
    }

    /// The first number that is negative, or not whole, or too large.
    private static func oddNumber(in node: YAMLNode) -> YAMLNode? {
        switch node.content {
        case .text(let text, let isPlain):
            isPlain && Double(text) != nil && UInt64(text) == nil ? node : nil
        case .list(let items): items.lazy.compactMap(oddNumber).first
        case .map(let entries): entries.lazy.compactMap { oddNumber(in: $0.value) }.first
        }
    }
}
