extension DeploymentSpec {
    /// The deployment as it is on one of its networks.
    package func on(_ network: String) -> DeploymentSpec { overrides[network] ?? self }

    /// The deployment once for the networks that have it as it is written, and once for each where something differs.
    package var variants: [DeploymentSpec] {
        let differing = networks.compactMap { overrides[$0.value] }
        var plain = self
        plain.overrides = [:]
        plain.networks.removeAll { overrides[$0.value] != nil }
        return plain.networks.isEmpty && !differing.isEmpty ? differing : [plain] + differing
    }
}
