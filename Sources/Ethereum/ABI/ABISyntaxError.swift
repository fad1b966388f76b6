/// Why a text is not an ABI type, a signature or an ABI.
package struct ABISyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with which part, in one sentence, with what to write instead where that is known.
    package let message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }
}
