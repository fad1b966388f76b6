package import Foundation

/// Milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Codable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// RFC 3339 in UTC with milliseconds.
    ///
    /// Each event has one, so that no formatter makes those of usual years. The day is that of `civil_from_days` in
    /// "chrono-Compatible Low-Level Date Algorithms" by Howard Hinnant, where years begin in March.
    package var rfc3339: String {
        guard (0..<253_402_300_800_000).contains(milliseconds) else {
            return Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
                .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        }
        let days = milliseconds / 86_400_000 + 719_468
        let time = milliseconds % 86_400_000
        let (era, dayOfEra) = (days / 146_097, days % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        var text: [UInt8] = []
        func add(_ number: Int64, digits: Int, _ end: Character) {
            var rest = number
            let start = text.count
            for _ in 0..<digits {
                text.append(UInt8(ascii: "0") + UInt8(rest % 10))
                rest /= 10
            }
            text[start...].reverse()
            text.append(contentsOf: end.utf8)
        }
        text.reserveCapacity(24)
        add(year, digits: 4, "-")
        add(month, digits: 2, "-")
        add(day, digits: 2, "T")
        add(time / 3_600_000, digits: 2, ":")
        add(time / 60_000 % 60, digits: 2, ":")
        add(time / 1_000 % 60, digits: 2, ".")
        add(time % 1_000, digits: 3, "Z")
        return String(decoding: text, as: UTF8.self)
    }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}

/// One HTTP request.
package struct HTTPRequest: Sendable {
    package var method: String
    package var url: String
    package var headers: [String: String]
    package var body: Data
    package var deadline: Duration
    /// The most bytes of a reply's body that are accepted.
    package var replyBytes: Int
    /// Redirects to follow; JSON-RPC follows none.
    package var redirects: Int

    package init(
        method: String = "GET",
        url: String,
        headers: [String: String] = [:],
        body: Data = Data(),
        deadline: Duration = .seconds(30),
        replyBytes: Int = 64 << 20,
        redirects: Int = 0
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.deadline = deadline
        self.replyBytes = replyBytes
        self.redirects = redirects
    }
}

/// What a server answered, whatever its status.
package struct HTTPReply: Sendable {
    package var status: Int
    /// By lower-case name; of several values the last.
    package var headers: [String: String]
    package var body: Data

    package init(status: Int, headers: [String: String] = [:], body: Data) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Why a request has no answer.
package struct HTTPError: Error, Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        /// No byte of the request can have arrived.
        case notSent
        /// It may have arrived: nobody knows.
        case unknown
        case tooLarge
        case cancelled
    }

    package var kind: Kind
    /// Without the URL, which may hold a key.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}

/// A program that runs until it is stopped, or until this process ends.
package struct RunningService: Sendable {
    /// The first line of its standard output; nil where it ended without one or the deadline passed.
    package var firstLine: @Sendable (_ deadline: Duration) async -> String?
    /// The end of what it wrote to standard error.
    package var lastWords: @Sendable () -> String
    /// Ends it and its process group; returns when it is gone.
    package var stop: @Sendable () async -> Void

    package init(
        firstLine: @escaping @Sendable (Duration) async -> String?,
        lastWords: @escaping @Sendable () -> String,
        stop: @escaping @Sendable () async -> Void
    ) {
        self.firstLine = firstLine
        self.lastWords = lastWords
        self.stop = stop
    }
}

/// A program that answers requests until it is stopped, or until this process ends.
package struct ToolWorker: Sendable {
    /// Asks for one answer to one line, both without their line ends; nobody else may ask meanwhile.
    ///
    /// It is gone with its process group when this throws.
    package var request: @Sendable (_ line: Data, _ deadline: Duration) async throws(ToolError) -> Data
    /// Whether it can be asked; false from the moment that it is seen to have ended.
    package var isRunning: @Sendable () -> Bool
    /// Kills it and its process group; returns when it is gone.
    package var stop: @Sendable () async -> Void

    package init(
        request: @escaping @Sendable (Data, Duration) async throws(ToolError) -> Data,
        isRunning: @escaping @Sendable () -> Bool,
        stop: @escaping @Sendable () async -> Void
    ) {
        self.request = request
        self.isRunning = isRunning
        self.stop = stop
    }
}

/// The outside world as closures, so that a test replaces exactly one of them.
package struct World: Sendable {
    package var now: @Sendable () -> Timestamp
    /// Seconds and attoseconds since an arbitrary start; never goes back.
    package var elapsed: @Sendable () -> Duration
    package var sleep: @Sendable (Duration) async throws(CancellationError) -> Void
    package var randomBytes: @Sendable (Int) -> [UInt8]
    package var environment: @Sendable (String) -> String?
    package var files: FileAccess
    package var runTool: @Sendable (ToolInvocation) async throws(ToolError) -> ToolResult
    package var startService: @Sendable (ToolInvocation) async throws(ToolError) -> RunningService
    package var startWorker: @Sendable (ToolInvocation) async throws(ToolError) -> ToolWorker
    package var http: @Sendable (HTTPRequest) async throws(HTTPError) -> HTTPReply

    package init(
        now: @escaping @Sendable () -> Timestamp,
        elapsed: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws(CancellationError) -> Void,
        randomBytes: @escaping @Sendable (Int) -> [UInt8],
        environment: @escaping @Sendable (String) -> String?,
        files: FileAccess,
        runTool: @escaping @Sendable (ToolInvocation) async throws(ToolError) -> ToolResult,
        startService: @escaping @Sendable (ToolInvocation) async throws(ToolError) -> RunningService,
        startWorker: @escaping @Sendable (ToolInvocation) async throws(ToolError) -> ToolWorker = {
            invocation throws(ToolError) in throw .notFound(program: invocation.program)
        },
        http: @escaping @Sendable (HTTPRequest) async throws(HTTPError) -> HTTPReply
    ) {
        self.now = now
        self.elapsed = elapsed
        self.sleep = sleep
        self.randomBytes = randomBytes
        self.environment = environment
        self.files = files
        self.runTool = runTool
        self.startService = startService
        self.startWorker = startWorker
        self.http = http
    }
}
