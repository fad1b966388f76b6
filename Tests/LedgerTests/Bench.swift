import EthereumTypes
import Foundation
import GRDB
import Model
import Synchronization
import Testing

@testable import Ledger

/// A ledger in a directory of its own, with a clock that counts, one run and things to put in it.
final class Bench: Sendable {
    static let project = "treasury"
    static let run = "run-1"

    let directory: URL
    private let ticks = Mutex<Int64>(1_000)

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "ledger-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    var path: String { directory.appending(path: "state/state.db").path }

    func open(patience: Duration = .seconds(10)) throws(LedgerError) -> Ledger {
        try Ledger.open(path: path, patience: patience, now: now)
    }

    /// A ledger with the run ``run`` in it.
    func begun(steps: [PlannedStep] = []) throws -> Ledger {
        let ledger = try open()
        try ledger.begin(header(), steps: steps, maxRetries: 3)
        return ledger
    }

    /// What another process finds after this one was killed now: the files as they are, nothing closed.
    func afterKill() throws -> Ledger {
        let copy = directory.appending(path: UUID().uuidString)
        try FileManager.default.copyItem(at: URL(filePath: path).deletingLastPathComponent(), to: copy)
        return try Ledger.open(path: copy.appending(path: "state.db").path, now: now)
    }

    var now: @Sendable () -> Timestamp {
        { [self] in
            ticks.withLock { ticks in
                ticks += 1
                return Timestamp(milliseconds: ticks)
            }
        }
    }

    func header(_ id: String = Bench.run, startedAt: Int64 = 1_000) -> RunHeader {
        RunHeader(
            id: id,
            project: Self.project,
            startedAt: Timestamp(milliseconds: startedAt),
            hyperkitVersion: "0.1.0",
            manifests: [Manifest.File(path: "manifests/a.yaml", digest: Digest(of: Data("a".utf8)))],
            actor: "ada"
        )
    }
}

let sepolia = chain(11_155_111)
let genesis = Keccak256.hash("genesis".utf8)
let deployer = address(0x11)

func chain(_ number: UInt64) -> ChainID {
    guard let chain = ChainID(number) else { preconditionFailure("a chain has a number") }
    return chain
}

func address(_ byte: UInt8) -> Address {
    guard let address = Address(bytes: [UInt8](repeating: byte, count: 20)) else {
        preconditionFailure("an address has 20 bytes")
    }
    return address
}

func intent(
    _ name: String = "token",
    kind: ChainOperation.Kind = .deploy,
    sender: Address = deployer,
    chainID: ChainID = sepolia,
    genesisHash: Hash = genesis
) -> ChainOperation.Intent {
    ChainOperation.Intent(
        run: Bench.run,
        project: Bench.project,
        step: kind == .deploy
            ? .deploy(name, on: "sepolia") : .call("setFee", of: name, on: "sepolia"),
        kind: kind,
        network: "sepolia",
        chainID: chainID,
        genesisHash: genesisHash,
        sender: sender,
        payloadHash: Keccak256.hash("payload of \(name)".utf8),
        spendReserved: Wei(50_000_000_000_000_000_000)
    )
}

func inclusion(_ hash: Hash, block: UInt64 = 100, succeeded: Bool = true) -> ChainOperation.Inclusion {
    ChainOperation.Inclusion(
        transactionHash: hash,
        blockHash: Keccak256.hash("block \(block)".utf8),
        blockNumber: block,
        succeeded: succeeded,
        gasUsed: 1_204_331,
        feePaid: Wei(18_446_744_073_709_551_616),
        address: address(0x77)
    )
}

func claim(_ name: String = "token", code: String = "code") -> DeploymentClaim {
    DeploymentClaim(
        name: name,
        contract: "Token",
        initCodeDigest: Digest(of: Data(code.utf8)),
        runtimeCodeDigest: Digest(of: Data("runtime of \(code)".utf8)),
        constructorArguments: [0, 1, 2, 255]
    )
}

extension Ledger {
    /// Takes a new operation as far as `state`, by the way that a deployment takes.
    func operation(_ intent: ChainOperation.Intent, at state: ChainOperation.State) throws -> ChainOperation {
        let id = try plan(intent).id
        let hash = Keccak256.hash("transaction of \(intent.step) \(id)".utf8)
        let steps: [(ChainOperation.State, () throws -> Void)] = [
            (.planned, {}),
            (.nonce, { _ = try reserveNonce(id, latest: 0, pending: 0) }),
            (.signed, { _ = try sign(id, hash) }),
            (.sent, { _ = try markSent(id) }),
            (.included, { _ = try markIncluded(id, inclusion(hash, succeeded: state != .reverted)) }),
        ]
        switch state {
        case .planned, .nonce, .signed, .sent, .included:
            for (reached, step) in steps {
                try step()
                if reached == state { break }
            }
        case .final:
            for (_, step) in steps { try step() }
            switch intent.kind {
            case .deploy: _ = try markFinal(id, leaving: claim())
            case .call:
                let call = CallClaim(
                    name: "setFee", deployment: "token", address: address(0x77), function: "setFee(uint256)")
                _ = try markFinal(id, leaving: call)
            }
        case .reverted:
            for (_, step) in steps { try step() }
            _ = try markReverted(id, error: "out of gas")
        case .foreign:
            for (_, step) in steps.prefix(4) { try step() }
            _ = try markForeign(id, usedBy: Keccak256.hash("someone else".utf8))
        case .blocked: _ = try markBlocked(id, reason: "a gap")
        case .withdrawn: _ = try withdraw(id, reason: "no longer wanted")
        }
        return try operation(id)
    }

    func sign(_ id: ChainOperation.ID, _ hash: Hash) throws -> ChainOperation {
        try recordSigned(
            id, rawTransaction: [0x02] + hash.bytes, hash: hash, predictedAddress: address(0x77))
    }

    /// What the database itself says to `sql`.
    func refusal(of sql: String) throws -> String? {
        do {
            try write { try $0.execute(sql: sql) }
            return nil
        } catch .unexpected(_, let detail) {
            return detail
        }
    }

    /// Makes the tables as version 4 had them.
    func takeBackToVersion4() throws {
        try write { database in
            for statement in [
                "ALTER TABLE attempts DROP COLUMN is_others",
                "ALTER TABLE runs DROP COLUMN plan_digest",
                "DROP INDEX unfinished_by_payload",
                "DROP INDEX current_deployments_by_name",
                "DROP INDEX calls_by_address",
                "DROP TABLE taken_over",
                "DROP INDEX transactions_on_their_way",
                "DROP INDEX transactions_by_change",
                "CREATE INDEX transactions_by_network ON transactions (network, created_at)",
                "ALTER TABLE transactions DROP COLUMN cost_wei",
                "DROP INDEX deployments_by_address",
                "DROP INDEX unsettled_creations",
                "DROP TABLE handovers",
                "ALTER TABLE deployments DROP COLUMN creation",
                "ALTER TABLE deployments DROP COLUMN storage_layout",
                "ALTER TABLE deployments DROP COLUMN proxy",
                "DROP TABLE verifications",
                "DROP TRIGGER transactions_keep_what_they_create",
                "ALTER TABLE transactions DROP COLUMN creates",
                "DROP TABLE proposals",
                "ALTER TABLE jobs DROP COLUMN skipped_after",
                "DELETE FROM grdb_migrations WHERE identifier NOT IN ('1', '2', '3', '4')",
                "PRAGMA user_version = 4",
            ] { try database.execute(sql: statement) }
        }
    }
}
