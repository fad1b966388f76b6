package import Foundation

/// Why no answer came back, told apart by what may have happened to the request.
package enum TransportFailure: Error, Hashable, Sendable {
    /// The request never left this machine: no such host, no connection, no permission.
    case notSent(String)
    /// It may have arrived: a deadline, a broken connection, an answer that was cut off.
    case unknown(String)
    /// The other side answered with an HTTP status that is not success.
    case status(Int, retryAfter: Duration?, body: Data)
}

extension TransportFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notSent(let reason): "the request was not sent: \(reason)"
        case .unknown(let reason): "it is unknown whether the request arrived: \(reason)"
        case .status(let code, _, _): "the node answered with HTTP status \(code)"
        }
    }
}
