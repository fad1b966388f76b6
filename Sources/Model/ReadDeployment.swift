/// A deployment whose address is among what is sent, or decides about it, and which the plan does not make; with that address.
///
/// The manifest names the deployment; where it is, a record says, and by the time of another run it may say another place.
package struct ReadDeployment: Hashable, Sendable {
    /// `token@sepolia`.
    package var name: String
    package var address: String

    package init(name: String, address: String) {
        self.name = name
        self.address = address
    }

    /// The network that it is on; nil where its name says none.
    var network: String? { name.lastIndex(of: "@").map { String(name[name.index(after: $0)...]) } }
}

extension [ReadDeployment] {
    /// In what way the addresses are not those that were approved, a line for each deployment that both name.
    func differences(from now: [ReadDeployment]) -> [String] {
        let here = Dictionary(now.map { ($0.name, $0.address) }) { first, _ in first }
        return compactMap { planned in
            guard let after = here[planned.name], after != planned.address else { return nil }
            return "address of \(planned.name) \(planned.address) → \(after)"
        }
    }
}
