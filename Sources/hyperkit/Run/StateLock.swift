import Foundation
import Model

/// The right to use a state directory.
///
/// Runs share it: pure work is the same whoever does it, and effects are kept apart by network. What removes things has it
/// alone.
struct StateLock {
    private let lock: FileLock
    /// Says that the run goes on, while it does.
    private let record: FileLock?

    /// Shares the directory with other runs; waits, and says so, while something has it alone.
    static func shared(_ stateDirectory: String, run: String, world: World) async throws -> StateLock {
        let path = "\(stateDirectory)/lock"
        var isTold = false
        while true {
            if let lock = try FileLock.take(path, .shared, as: "") {
                sweep(stateDirectory)
                let record = try FileLock.record("\(holders(stateDirectory))/\(run)", FileLock.owner(world))
                return StateLock(lock: lock, record: record)
            }
            if !isTold {
                Console.err("waiting for \(stateDirectory), which is in use by \(FileLock.holder(of: path))")
                isTold = true
            }
            try await world.sleep(.milliseconds(100))
        }
    }

    /// Has the directory alone.
    ///
    /// - Throws: ``Exit/environment`` after saying who uses it.
    static func exclusive(_ stateDirectory: String, world: World) throws -> StateLock {
        let path = "\(stateDirectory)/lock"
        if let lock = try FileLock.take(path, .exclusive, as: FileLock.owner(world)) {
            return StateLock(lock: lock, record: nil)
        }
        let runs = (running(in: stateDirectory) ?? []).sorted().map { run in
            "run \(run), \(FileLock.holder(of: "\(holders(stateDirectory))/\(run)"))"
        }
        let named = runs.isEmpty ? FileLock.holder(of: path) : runs.joined(separator: "; ")
        Console.err([
            .error(
                "state-locked", "\(stateDirectory) is in use by \(named)",
                hint: "wait until it has ended, then try again")
        ])
        throw Exit.environment
    }

    /// The runs that go on; nil where nothing is known of any.
    static func running(in stateDirectory: String) -> Set<String>? {
        let directory = holders(stateDirectory)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return nil }
        return Set(names.filter { !$0.hasPrefix(".") && FileLock.isHeld("\(directory)/\($0)") })
    }

    /// Removes what runs that were killed have left: their locks are free.
    private static func sweep(_ stateDirectory: String) {
        let directory = holders(stateDirectory)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in names { FileLock.removeIfFree("\(directory)/\(name)") }
    }

    private static func holders(_ stateDirectory: String) -> String { "\(stateDirectory)/runs" }
}
