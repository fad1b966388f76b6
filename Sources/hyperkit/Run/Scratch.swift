import Foundation
import Model
import Processes

/// Where tools run: a folder that each of them gets a part of.
enum Scratch {
    /// Makes it where it is not there, and removes from it what is left of processes that were killed.
    ///
    /// - Throws: ``FileError``.
    static func directory() throws -> String {
        let path = PathText.join(NSTemporaryDirectory(), "hyperkit-\(getuid())")
        if unsafe mkdir(path, 0o700) != 0, errno != EEXIST {
            throw FileError(path: path, reason: unsafe String(cString: strerror(errno)))
        }
        // In a folder that all share somebody else may have made it, to see or to change what tools read.
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid()
        else {
            throw FileError(
                path: path, reason: "it belongs to somebody else; set TMPDIR to a folder of yours")
        }
        LocalExecutor.clearLeftovers(in: path)
        return path
    }
}
