import Foundation
package import Model

/// Slithers that wait, with all imported, for archives to look at.
package struct SlitherWorkers: Sendable {
    /// One look at one archive, as version 1 of `slither_worker.py` spells it.
    struct Answer: Decodable {
        /// What Slither printed.
        var output: String
        /// The end of its standard error.
        var errors: String
        /// Why it did not come to its end; nil where it did.
        var fault: String?
        /// Why there was no place for the archive; nil where there was.
        var noPlace: String?
    }

    /// The most virtual memory of one look, in bytes; what Slither has imported counts.
    package static let memoryBytes = 4 << 30
    /// What decides, besides Slither itself, what is printed.
    static let scriptDigest = Digest(of: Data(PackageResources.slither_worker_py))

    package let tool: Tool
    private let pool: WorkerPool

    /// Starts nothing yet.
    ///
    /// A worker is replaced after `lifetime` looks.
    package init(
        _ tool: Tool,
        world: World,
        memoryBytes: Int = Self.memoryBytes,
        lifetime: Int = 500
    ) {
        self.tool = tool
        let invocation = Self.invocation(tool, memoryBytes)
        pool = WorkerPool(lifetime: lifetime) { () throws(ToolError) in
            try await world.startWorker(invocation)
        }
    }

    /// Has one of them look at an archive in a folder that holds nothing else.
    ///
    /// No project file nearby can change what it does, and it has nothing to fetch: the archive holds all.
    ///
    /// - Throws: ``ToolError``, with the worker gone and others untouched; ``ToolError/cancelled`` also after ``close()``.
    func look(at archive: Data, deadline: Duration) async throws(ToolError) -> Answer {
        // Between tokens only: in JSON no text holds a line end as such.
        let line = Data(archive.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: " ") : $0 })
        let bytes = try await pool.request(line, deadline: deadline)
        do {
            return try JSONDecoder().decode(Answer.self, from: bytes)
        } catch {
            return Answer(output: "", errors: "", fault: "its worker answered something that is no answer")
        }
    }

    /// Stops them all; a run that ends must call it.
    package func close() async { await pool.close() }

    /// The tool is a Python with its options and, last, Slither's own script, whose place ours takes.
    private static func invocation(_ tool: Tool, _ memoryBytes: Int) -> ToolInvocation {
        let script = "slither_worker.py"
        return ToolInvocation(
            program: tool.program,
            arguments: tool.leadingArguments.dropLast() + [script, "\(memoryBytes)"],
            environment: tool.environment,
            inputs: [script: Data(PackageResources.slither_worker_py)]
        )
    }
}
