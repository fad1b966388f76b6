/// How far a step is ahead of its end, where others need not wait for that.
///
/// A transaction's confirmation takes minutes in which nothing is left to do but to wait: what only must come behind it
/// can be sent meanwhile, and what uses it can begin when a block has it.
package enum Milestone: UInt8, Comparable, Sendable {
    /// What it does is on its way: what must only come behind it may begin.
    case handedOver = 1
    /// Its outputs can be used.
    case usable

    package static func < (left: Milestone, right: Milestone) -> Bool { left.rawValue < right.rawValue }
}
