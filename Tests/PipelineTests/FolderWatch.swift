import Foundation
import Glibc

/// Hears of files as they come into a folder: what lasts a millisecond is over before one who looks again and again sees it.
struct FolderWatch {
    /// How often the end of the program is looked for, in milliseconds.
    private static let patience: Int32 = 100

    private let folder: String
    private let events: Int32

    /// Watches from now on; one for a folder that is not there hears of nothing.
    init(_ folder: URL) {
        self.folder = folder.path()
        events = inotify_init1(Int32(IN_CLOEXEC))
        unsafe inotify_add_watch(events, self.folder, UInt32(IN_MOVED_TO) | UInt32(IN_CREATE))
    }

    /// Returns when the folder has a file of this name, or the program has ended.
    func waits(for name: String, of child: Child) async throws {
        let path = "\(folder)/\(name)"
        let process = child.processID
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [events] in
                var buffer = [UInt8](repeating: 0, count: 4_096)
                while unsafe access(path, F_OK) != 0, kill(process, 0) == 0 {
                    var wanted = pollfd(fd: events, events: Int16(POLLIN), revents: 0)
                    if unsafe poll(&wanted, 1, Self.patience) > 0 {
                        _ = unsafe read(events, &buffer, buffer.count)
                    }
                }
                close(events)
                continuation.resume()
            }
        }
    }
}
