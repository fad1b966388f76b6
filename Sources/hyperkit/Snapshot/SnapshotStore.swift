import Foundation
import Model
import Reports
import Steps

/// The snapshots of a state directory: one for each way in which the command was called.
struct SnapshotStore {
    private static let most = 8

    /// An absolute path.
    let stateDirectory: String
    let key: Digest
    let world: World

    private var directory: String { "\(stateDirectory)/snapshots" }
    private var path: String { "\(directory)/\(key.hex)" }

    /// `call` says how the command was called; the key also covers who runs it where, and which program it is.
    init(stateDirectory: String, call: [String], world: World) {
        self.stateDirectory = stateDirectory
        self.world = world
        let program = world.files.status("/proc/self/exe")
        let parts = [
            Version.current, program.map { "\($0)" } ?? "", FileManager.default.currentDirectoryPath,
            RunState.actor(world),
        ]
        key = Digest(of: Data((parts + call).map { "\($0.utf8.count):\($0)" }.joined().utf8))
    }

    /// The snapshot that still holds; nil where there is something to look at.
    func valid() async -> RunSnapshot? {
        guard let bytes = MappedFile.bytes(path),
            let snapshot = RunSnapshot(bytes), snapshot.head.key == key
        else { return nil }
        // Two cores: one for the digest, one for the disk.
        async let isWhole = Self.whole(snapshot)
        guard snapshot.stillHolds(in: world) else { return nil }
        return await isWhole ? snapshot : nil
    }

    /// Writes the snapshot of a run that had nothing to do; one that cannot be written only costs time.
    func write(_ record: RunRecord, watch: FileWatch, tools: [String]) {
        guard let header = record.header, let seen = watch.seen() else { return }
        let random = world.randomBytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard
            let reports = RepeatedReports(record, notCovered: NotCovered.always, random: random)
        else { return }
        // A blob or an entry that is added or removed changes its directory.
        let fans = ["cas", "ac"].flatMap { store in
            (0..<256).map { "\(stateDirectory)/\(store)/\(String($0 + 256, radix: 16).dropFirst())" }
        }
        let watched =
            seen
            + (fans + tools).map { path in (path, world.files.status(path).map { .status($0) } ?? .absent) }
        let head = RunSnapshot.Head(
            key: key,
            madeAt: world.now(),
            run: header.id,
            project: header.project,
            manifests: header.manifests,
            steps: record.steps.count,
            environment: watch.environment.mapValues { $0.map { Digest(of: Data($0.utf8)) } },
            notes: record.notes,
            watchBytes: 0
        )
        guard let bytes = try? RunSnapshot.encoded(head, watched: watched, reports: reports) else { return }
        try? world.files.write(path, bytes, false)
        prune()
    }

    /// Keeps the newest.
    private func prune() {
        let names = (try? world.files.list(directory)) ?? []
        guard names.count > Self.most else { return }
        let byAge = names.map { (name: $0, age: world.files.status("\(directory)/\($0)")?.modified ?? 0) }
            .sorted { $0.age > $1.age }
        for old in byAge.dropFirst(Self.most) { try? world.files.remove("\(directory)/\(old.name)") }
    }

    @concurrent
    private static func whole(_ snapshot: RunSnapshot) async -> Bool { snapshot.isWhole() }
}
