import Model

/// Finds deployments that a salt would put at one address: they are one contract, and what is called of both is called twice.
///
/// Two contracts may have the same code, and two texts the same meaning; that is found when they are compiled.
enum OneAddressCheck {
    /// All that an address on a network follows from, as the manifest writes it.
    private struct Place: Hashable {
        var network: String
        var contract: ContractName
        var salt: String
        var libraries: String?
        var arguments: String
        var proxy: String?

        init?(_ instance: DeploymentExpansion.Instance) {
            guard let salt = instance.creation.saltSpelling else { return nil }
            network = instance.network.name
            contract = instance.contract
            self.salt = salt
            libraries = instance.creation.librariesSpelling
            arguments = instance.arguments.spelling
            proxy = instance.proxy?.spelling
        }
    }

    /// One problem for each deployment that is where an earlier one is.
    static func problems(of instances: [DeploymentExpansion.Instance]) -> [Diagnostic] {
        var first: [Place: String] = [:]
        var problems: [Diagnostic] = []
        for instance in instances {
            guard let place = Place(instance) else { continue }
            guard let other = first[place] else {
                first[place] = instance.name
                continue
            }
            let problem = Diagnostic.error(
                "one-address",
                "'\(instance.name)' would be at the address of '\(other)': they have the same contract, arguments and salt",
                at: instance.creation.salt?.text.location,
                hint: "give it another salt, or keep one of them with the calls of both"
            )
            // What is so on every network is said once.
            if !problems.contains(problem) { problems.append(problem) }
        }
        return problems
    }
}
