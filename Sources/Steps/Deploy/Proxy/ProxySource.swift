import Foundation
import Model

/// The source of hyperkit's proxies, as the compiler reads it.
enum ProxySource {
    /// The compiler's name for the file; part of the code's metadata.
    static let path = "hyperkit/proxies.sol"
    static let text = String(decoding: PackageResources.proxies_sol, as: UTF8.self)
    static let digest = Digest(of: Data(PackageResources.proxies_sol))
}
