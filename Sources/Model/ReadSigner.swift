/// A signer whose address is among what is sent, or decides about it, with that address.
///
/// The manifest names the signer; the account behind the name is a key somewhere else, which another runner may have another of.
package struct ReadSigner: Hashable, Sendable {
    package var name: String
    /// nil where nothing told it.
    package var address: String?

    package init(name: String, address: String?) {
        self.name = name
        self.address = address
    }
}

extension [ReadSigner] {
    /// In what way the addresses are not those that were approved, a line for each signer.
    ///
    /// What was not known could not be approved, so it is a difference whatever it is by now.
    func differences(from now: [ReadSigner]) -> [String] {
        let here = Dictionary(now.map { ($0.name, $0.address) }) { first, _ in first }
        let known = Set(map(\.name))
        return compactMap { planned -> String? in
            let subject = "address of signer '\(planned.name)'"
            guard let before = planned.address else {
                return "the \(subject) was not known when the plan was made"
            }
            guard let after = here[planned.name] ?? nil, after != before else { return nil }
            return "\(subject) \(before) → \(after)"
        }
            + now.filter { !known.contains($0.name) }.map {
                "the address of signer '\($0.name)' is not in the plan"
            }
    }
}
