import Foundation
import Model
import Processes

/// An executor over a directory of its own, and what tests ask about the processes that it started.
final class Bench: Sendable {
    let base: String
    let executor: LocalExecutor
    /// A word that only this test's processes have in their arguments.
    let marker: String

    init() {
        marker = "7\(UInt32.random(in: 1_000_000 ... .max))"
        base = NSTemporaryDirectory() + "hyperkit-processes-\(marker)"
        executor = LocalExecutor(scratchBase: base)
    }

    deinit { try? FileManager.default.removeItem(atPath: base) }

    /// The invocation of a shell script in which `$M` is a duration for `sleep` that shows up as the marker.
    func shell(
        _ script: String,
        input: Data = Data(),
        outputs: [String] = [],
        limits: ToolInvocation.Limits = .init(deadline: .seconds(600))
    ) -> ToolInvocation {
        ToolInvocation(
            program: "/bin/sh",
            arguments: ["-c", script],
            environment: ["PATH": "/usr/bin:/bin", "M": marker],
            standardInput: input,
            outputs: outputs,
            limits: limits
        )
    }

    /// Whether this comes true.
    func settles(_ condition: @Sendable (Bench) -> Bool) async -> Bool {
        await eventually { condition(self) }
    }

    /// The scratch directories that are there now.
    var scratch: [String] { (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? [] }

    /// The living processes that have the marker in their arguments.
    var marked: [String] {
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return numbers.filter { number in
            guard Int(number) != nil else { return false }
            let line = try? Data(contentsOf: URL(filePath: "/proc/\(number)/cmdline"))
            return String(decoding: line ?? Data(), as: UTF8.self).contains(marker)
        }
    }
}

/// Asks until the answer is yes, for a minute at most.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
    for _ in 0..<6_000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return condition()
}

/// Whether a process with this number, living or not yet reaped, is there.
func exists(_ process: String) -> Bool {
    FileManager.default.fileExists(atPath: "/proc/\(process)")
}
