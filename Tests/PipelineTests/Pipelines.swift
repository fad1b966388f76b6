import Foundation
import Testing

/// Whole pipelines: the real program, compiler, analyser and chain, on copies of the examples.
///
/// One after another: each of them already uses all cores, and two at once would only wait for each other.
@Suite(.serialized, .timeLimit(.minutes(5 + Int(Asked.kills ?? 0) / 5))) struct Pipelines {}

/// What is asked of the tests by hand, in the environment.
enum Asked {
    /// How many kills there are of each kind.
    static let kills = number("HYPERKIT_KILLS")
    static let seed = number("HYPERKIT_SEED")

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }
}
