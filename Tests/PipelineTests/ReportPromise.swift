import EthereumTypes
import Foundation

/// What a value of a report must look like.
indirect enum Shape: Sendable {
    case text
    case integer
    case flag
    /// One of these words.
    case word(Set<String>)
    /// `sha256:` and 64 lower-case digits.
    case digest
    /// A 0x-prefixed hash of 32 bytes.
    case hash
    case hexadecimal
    /// In the spelling of EIP-55.
    case address
    /// A decimal string.
    case wei
    /// RFC 3339, in UTC.
    case time
    case orNull(Shape)
    case list(Shape)
    /// Keys that must be there; there may be more.
    case object([String: Shape])

    /// What is not as promised, with the way to it.
    func faults(of value: JSON, at path: String = "") -> [String] {
        switch self {
        case .orNull(let shape): value == .null ? [] : shape.faults(of: value, at: path)
        case .integer: value.integer.map { $0 >= 0 } == true ? [] : ["\(path): \(value) is not a count"]
        case .flag: value == true || value == false ? [] : ["\(path): \(value) is not true or false"]
        case .list(let shape):
            if case .array(let elements) = value {
                elements.enumerated().flatMap { shape.faults(of: $1, at: "\(path)[\($0)]") }
            } else {
                ["\(path): \(value) is not a list"]
            }
        case .object(let keys):
            if let object = value.object {
                keys.sorted { $0.key < $1.key }.flatMap { key, shape in
                    object[key].map { shape.faults(of: $0, at: "\(path).\(key)") }
                        ?? ["\(path).\(key) is not there"]
                }
            } else {
                ["\(path): \(value) is not an object"]
            }
        case .text, .word, .digest, .hash, .hexadecimal, .address, .wei, .time:
            value.string.map(accepts) == true ? [] : ["\(path): \(value) is not as promised"]
        }
    }

    private func accepts(_ text: String) -> Bool {
        switch self {
        case .text: true
        case .word(let words): words.contains(text)
        case .digest: text.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil
        case .hash: text.wholeMatch(of: /0x[0-9a-f]{64}/) != nil
        case .hexadecimal: text.wholeMatch(of: /0x([0-9a-f]{2})*/) != nil
        case .address: (try? Address(text))?.description == text
        case .wei: text.wholeMatch(of: /0|[1-9][0-9]*/) != nil
        case .time: text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil
        case .integer, .flag, .orNull, .list, .object: false
        }
    }
}

/// The promises of report.json, version 1, for a run in which everything was deployed.
enum ReportPromise {
    static let report = Shape.object([
        "version": .integer, "run": run, "summary": summary, "steps": .list(step),
        "contracts": .list(contract),
        "tools": .list(tool), "findings": .list(finding), "verdicts": .list(verdict),
        "networks": .list(network), "notCovered": .list(.text), "deployments": .list(deployment),
    ])

    private static let stepStatuses = [
        "succeeded", "reused", "failed", "refused", "skipped", "blocked", "cancelled",
    ]
    private static let deploymentActions = [
        "created", "kept", "replaced", "upgraded", "proposed", "failed", "blocked", "skipped",
    ]
    private static let severities = ["critical", "high", "medium", "low", "informational"]

    private static func counts(_ keys: [String]) -> Shape {
        .object(Dictionary(uniqueKeysWithValues: keys.map { ($0, Shape.integer) }))
    }

    private static let run = Shape.object([
        "id": .text, "project": .text,
        "status": .word(["succeeded", "degraded", "failed", "refused", "blocked", "cancelled"]),
        "startedAt": .time, "finishedAt": .time, "durationMilliseconds": .integer, "hyperkitVersion": .text,
        "manifests": .list(.object(["path": .text, "digest": .digest])), "actor": .text, "exitCode": .integer,
    ])

    private static let summary = Shape.object([
        "steps": counts(["total"] + stepStatuses),
        "findings": counts(severities),
        "deployments": counts(deploymentActions),
    ])

    private static let step = Shape.object([
        "id": .text, "kind": .word(["generate", "compile", "audit", "deploy", "call", "verify", "check"]),
        "status": .word(Set(stepStatuses)), "durationMilliseconds": .integer, "attempts": .integer,
        "fingerprint": .orNull(.digest), "needs": .list(.text), "pool": .text,
        "outputs": .list(.object(["name": .text, "digest": .digest, "bytes": .integer])),
    ])

    private static let contract = Shape.object([
        "name": .text,
        "source": .object([
            "path": .text, "digest": .digest, "origin": .word(["file", "template", "model"]),
        ]),
        "compiler": .object(["name": .text, "version": .text]),
        "artifact": .object([
            "abiDigest": .digest, "initCodeDigest": .digest, "runtimeCodeDigest": .digest,
            "initCodeBytes": .integer, "runtimeCodeBytes": .integer,
        ]),
    ])

    private static let tool = Shape.object([
        "name": .text, "version": .text, "digest": .orNull(.digest), "steps": .list(.text),
        "status": .word(["ok", "failed", "timedOut", "unsupported", "missing"]),
    ])

    private static let finding = Shape.object([
        "id": .text, "tool": .text, "rule": .text, "severity": .word(Set(severities)),
        "confidence": .word(["high", "medium", "low"]), "contract": .text, "title": .text,
        "location": .orNull(
            .object(["file": .text, "line": .integer, "column": .integer, "endLine": .integer])
        ),
        "description": .text, "recommendation": .text, "classification": .object([:]),
        "status": .word(["open", "suppressed", "baseline"]), "alsoReportedBy": .list(.text),
    ])

    private static let verdict = Shape.object([
        "contract": .text, "network": .orNull(.text), "policy": .text, "codeDigest": .digest,
        "passed": .flag, "reasons": .list(.text),
    ])

    private static let network = Shape.object([
        "name": .text, "chainId": .integer, "genesisHash": .hash, "spentWei": .wei,
        "status": .word(["used", "unavailable", "notNamed"]),
    ])

    private static let deployment = Shape.object([
        "name": .text, "contract": .text, "network": .text, "chainId": .integer,
        "action": .word(Set(deploymentActions)), "reason": .text, "address": .address, "codeMatches": .flag,
        "transactionHash": .hash, "blockNumber": .integer, "gasUsed": .integer, "feePaidWei": .wei,
        "constructorArguments": .hexadecimal,
    ])
}
