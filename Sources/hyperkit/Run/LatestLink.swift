import Foundation
import Model

/// `reports/latest`: a link to the newest run's folder.
enum LatestLink {
    /// Points the link at `run`; there is never a moment without one.
    static func point(_ directory: String, to run: String) throws {
        let link = "\(directory)/latest"
        let temporary = "\(directory)/.latest-\(getpid())"
        unsafe unlink(temporary)
        guard unsafe symlink(run, temporary) == 0, unsafe rename(temporary, link) == 0 else {
            let reason = unsafe String(cString: strerror(errno))
            unsafe unlink(temporary)
            throw FileError(path: link, reason: reason)
        }
    }
}
