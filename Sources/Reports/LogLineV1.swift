package import Foundation
package import Model

/// One message as one JSON line, version 1: `{code?, hint?, level, location?, message, step?, time}`.
///
/// `level` is `info`, `note`, `warning` or `error`, `location` is `{column, file, line}`, counted from one.
package enum LogLineV1 {
    /// The line of a message, with its line break.
    package static func line(_ message: Message, at time: Timestamp) -> Data {
        JSONWriter.encode(Line(message: message, time: time), pretty: false)
    }
}

private struct Line: JSONObject {
    let message: Message
    let time: Timestamp

    func writeMembers(to json: inout JSONWriter) {
        json.member("code", ifThere: message.code?.plainLines)
        json.member("hint", ifThere: message.hint?.plainLines)
        json.member("level", message.level.rawValue)
        if let location = message.location {
            json.member("location") { json in
                json.object { json in
                    json.member("column", location.column)
                    json.member("file", location.file.plainForTerminal)
                    json.member("line", location.line)
                }
            }
        }
        json.member("message", message.text.plainLines)
        json.member("step", ifThere: message.step?.rawValue)
        json.member("time", time.rfc3339)
    }
}

extension String {
    /// As it is shown on a terminal, with its line breaks.
    fileprivate var plainLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { String($0).plainForTerminal }
            .joined(separator: "\n")
    }
}
