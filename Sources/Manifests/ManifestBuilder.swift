import EthereumTypes
import Model

/// Makes the typed manifest of what the files say.
struct ManifestBuilder {
    let files: [CheckedMap]
    let paths: ProjectPaths
    let problems: Problems

    func build(project: String, sources: [Manifest.File]) -> Manifest {
        var compilers = ["default": CompilerSettings()]
        for entry in section(.compiler) { compilers[entry.key] = compiler(entry) }
        return Manifest(
            project: project,
            root: paths.root,
            files: sources,
            compilers: compilers,
            contracts: section(.contract).compactMap(contract),
            sets: section(.set).compactMap(set),
            signers: signers(),
            networks: section(.network).compactMap(network),
            deployments: section(.deployment).compactMap(deployment),
            policies: policies(),
            checks: section(.check).compactMap(check),
            limits: limits(),
            registry: registry()
        )
    }

    /// The folder of the registry; one that is said twice is a problem.
    private func registry() -> String? {
        let entries = files.compactMap { $0["registry"] }
        for entry in entries.dropFirst() {
            problems.add(entry.keyPlace.duplicate("'registry'", first: entries[0].keyPlace))
        }
        return entries.first?.value.text.flatMap { paths.path($0.text, at: $0.place) }
    }

    /// The limits of all files; one that is said twice is a problem.
    private func limits() -> RunLimits {
        var limits = RunLimits()
        var first: [String: Place] = [:]
        for entry in files.flatMap({ $0.map("limits")?.entries ?? [] }) {
            if let other = first[entry.key] {
                problems.add(entry.keyPlace.duplicate("limit '\(entry.key)'", first: other))
                continue
            }
            first[entry.key] = entry.keyPlace
        }
        for map in files.compactMap({ $0.map("limits") }) {
            limits.run = map.duration("run") ?? limits.run
            limits.attempt = map.duration("attempt") ?? limits.attempt
            limits.retries = map.integer("retries") ?? limits.retries
        }
        return limits
    }

    /// The entries of one section over all files; a name that comes twice is a problem.
    func section(_ noun: Noun) -> [CheckedMap.Entry] {
        guard let name = noun.section else { return [] }
        var first: [String: Place] = [:]
        var entries: [CheckedMap.Entry] = []
        for file in files {
            for entry in file.map(name)?.entries ?? [] {
                if let other = first[entry.key] {
                    problems.add(entry.keyPlace.duplicate("\(noun.rawValue) '\(entry.key)'", first: other))
                } else {
                    first[entry.key] = entry.keyPlace
                    entries.append(entry)
                }
            }
        }
        return entries
    }

    private func compiler(_ entry: CheckedMap.Entry) -> CompilerSettings {
        var settings = CompilerSettings()
        guard let map = entry.value.map else { return settings }
        if let solc = map.text("solc") { settings.solc = self.solc(solc) }
        settings.evmVersion = map.text("evmVersion")?.text
        let optimizer = map.map("optimizer")
        settings.optimizerEnabled = optimizer?.flag("enabled") ?? settings.optimizerEnabled
        settings.optimizerRuns = optimizer?.integer("runs") ?? settings.optimizerRuns
        settings.viaIR = map.flag("viaIR") ?? settings.viaIR
        settings.remappings =
            map.texts("remappings")?.compactMap { paths.remapping($0.text, at: $0.place) } ?? []
        settings.bytecodeHash =
            map.text("bytecodeHash").flatMap { CompilerSettings.BytecodeHash(rawValue: $0.text) }
            ?? settings.bytecodeHash
        return settings
    }

    private func solc(_ text: CheckedText) -> CompilerSettings.Solc {
        if text.text == "auto" { return .auto }
        return text.text.contains("/") ? .path(paths.tool(text.text, at: text.place)) : .version(text.text)
    }
}
