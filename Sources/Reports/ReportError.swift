/// Why a rendering has no bytes.
package enum ReportError: Error, Hashable, Sendable {
    /// The encoder refused, in its words.
    case notEncodable(String)
}

extension ReportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notEncodable(let reason): "the report cannot be written as JSON: \(reason)"
        }
    }
}
