import Model

extension RunReading {
    /// One entry a tool and version over all audits and compilations, by name.
    static func tools(of record: RunRecord) -> [Tool] {
        struct Key: Hashable {
            let name: String
            let version: String
        }
        var runs: [Key: [(step: String, run: ToolRun)]] = [:]
        for contract in record.contracts {
            let run = ToolRun(
                name: contract.compilerName,
                version: contract.compilerVersion,
                digest: contract.compilerDigest,
                end: .ok
            )
            runs[Key(name: run.name, version: run.version), default: []]
                .append((step: "\(StepID.Kind.compile.rawValue):\(contract.name)", run: run))
        }
        for audit in record.audits {
            for run in audit.tools {
                runs[Key(name: run.name, version: run.version), default: []]
                    .append((step: "\(StepID.Kind.audit.rawValue):\(audit.contract)", run: run))
            }
        }
        return runs.map { key, runs in
            let sorted = runs.sorted { $0.step < $1.step }
            return Tool(
                name: key.name,
                version: key.version,
                digest: sorted.compactMap(\.run.digest).min(),
                end: sorted.map(\.run.end).max { $0.badness < $1.badness } ?? .missing,
                steps: Set(sorted.map(\.step)).sorted(),
                messages: sorted.compactMap { step, run in
                    guard run.end != .ok else { return nil }
                    let why = run.message.map { ": \($0)" } ?? ""
                    return "\(run.name) ended \(run.end.rawValue) in \(step)\(why)"
                }
            )
        }.sorted { ($0.name, $0.version) < ($1.name, $1.version) }
    }
}

extension ToolEnd {
    /// How much less than a clean look it was.
    fileprivate var badness: Int {
        switch self {
        case .ok: 0
        case .unsupported: 1
        case .timedOut: 2
        case .failed: 3
        case .missing: 4
        }
    }
}
