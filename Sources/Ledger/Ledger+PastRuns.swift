import EthereumTypes
import Foundation
import GRDB
package import Model

extension Ledger {
    /// Everything recorded of a run, as of one moment.
    ///
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func pastRun(_ id: String) throws(LedgerError) -> PastRunDetail {
        try read { database in
            guard
                let row = try Row.fetchOne(
                    database, sql: "SELECT rowid AS number, * FROM runs WHERE id = ?", arguments: [id])
            else { throw LedgerError.unknownRun(id) }
            let jobs = try Self.jobs(of: id, in: database)
            let ended = Dictionary(grouping: jobs.compactMap(\.status), by: \.self).mapValues(\.count)
            return PastRunDetail(
                run: try PastRun(row, steps: ended, unended: jobs.count { $0.status == nil }),
                manifests: try Self.manifests(of: id, in: database),
                steps: jobs.map { PastRunDetail.Step($0) },
                findings: try Self.findings(of: Self.recorded(id, in: database), in: database),
                audited: try Self.audited(by: Self.recorded(id, in: database), in: database),
                deployments: try Self.deployments(after: row, in: database)
            )
        }
    }

    private static func manifests(of run: String, in database: Database) throws -> [Manifest.File] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM run_manifests WHERE run = ? ORDER BY path", arguments: [run]
        ).map { Manifest.File(path: try $0.value("path"), digest: try $0.parsed("digest") { Digest($0) }) }
    }

    private static func findings(of run: String, in database: Database) throws -> [PastRunDetail.Finding] {
        let findings = try Row.fetchAll(
            database, sql: "SELECT * FROM security_audits WHERE run = ? ORDER BY id", arguments: [run]
        ).map { row in
            PastRunDetail.Finding(
                id: try row.value("finding_id"),
                contract: try row.value("contract"),
                tool: try row.value("tool"),
                rule: try row.value("rule"),
                severity: try row.parsed("severity", Severity.init(rawValue:)),
                confidence: try row.parsed("confidence", Confidence.init(rawValue:)),
                file: try row.optional("file"),
                line: try row.optional("line"),
                title: try row.value("title"),
                status: try row.parsed("status", Finding.Status.init(rawValue:))
            )
        }
        return findings.sorted { ($0.contract, $1.severity, $0.id) < ($1.contract, $0.severity, $1.id) }
    }

    private static func audited(by run: String, in database: Database) throws -> Set<String> {
        try String.fetchSet(
            database,
            sql: """
                SELECT contract FROM audit_tools WHERE run = ? UNION SELECT contract FROM audit_verdicts WHERE run = ?
                """,
            arguments: [run, run]
        )
    }

    /// What stood where after a run: of each name and network the last that this run or one before it made.
    private static func deployments(
        after run: Row,
        in database: Database
    ) throws -> [PastRunDetail.Deployment] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT deployments.* FROM deployments JOIN runs ON runs.id = deployments.run
                    WHERE deployments.project = ? AND deployments.status <> 'failed'
                    AND (runs.started_at, runs.rowid) <= (?, ?) ORDER BY deployments.id
                """,
            arguments: [
                try run.value("project") as String, try run.value("started_at") as Int64,
                try run.value("number") as Int64,
            ]
        )
        var latest: [[String]: PastRunDetail.Deployment] = [:]
        var names: [[String]: String] = [:]
        for row in rows {
            let deployment = PastRunDetail.Deployment(try DeploymentRow(row))
            // A renamed one has another row under each of its names.
            let place = [deployment.network, "\(deployment.chainID)", deployment.address ?? ""]
            if let former = names[place], former != deployment.name {
                latest[[former, deployment.network]] = nil
            }
            names[place] = deployment.name
            latest[[deployment.name, deployment.network]] = deployment
        }
        return latest.values.sorted { ($0.name, $0.network) < ($1.name, $1.network) }
    }
}

extension PastRunDetail.Step {
    init(_ job: JobRow) {
        var took: Int64?
        if let start = job.startedAt, let finish = job.finishedAt {
            took = finish.milliseconds - start.milliseconds
        }
        self.init(
            id: job.step,
            status: job.status,
            reason: job.reason ?? "",
            durationMilliseconds: took,
            retries: job.retries,
            fingerprint: job.fingerprint,
            failure: job.error.map {
                PastRunDetail.Failure(code: job.errorCode ?? "failed", message: $0, hint: job.errorHint)
            },
            skippedAfter: job.skippedAfter
        )
    }
}

extension PastRunDetail.Deployment {
    fileprivate init(_ row: DeploymentRow) {
        self.init(
            name: row.claim.name,
            network: row.network,
            contract: row.claim.contract,
            chainID: row.chainID.rawValue,
            address: row.address.map { "\($0)" },
            initCodeDigest: row.claim.initCodeDigest,
            runtimeCodeDigest: row.claim.runtimeCodeDigest,
            constructorArguments: Hex.prefixed(row.claim.constructorArguments),
            run: row.run
        )
    }
}
