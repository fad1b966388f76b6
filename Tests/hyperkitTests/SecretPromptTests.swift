import Foundation
import Glibc
import Model
import Synchronization
import Testing

@testable import hyperkit

/// Prompts on a terminal that the test holds the other end of.
@Suite final class SecretPromptTests {
    private let screen: Int32
    private let terminal: String

    init() throws {
        screen = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var lock: Int32 = 0
        var number: Int32 = 0
        let isOpen =
            unsafe ioctl(screen, Self.setLock, &lock) == 0 && ioctl(screen, Self.getNumber, &number) == 0
        terminal = "/dev/pts/\(number)"
        try #require(isOpen)
    }

    /// TIOCSPTLCK and TIOCGPTN of Linux, which are macros that Swift does not see.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    deinit { _ = close(screen) }

    /// The one who sits at the terminal: sees the question, types, and sees what is shown of that.
    ///
    /// On a thread of its own, since both sides block. What is typed before the question is thrown away.
    private final class Typist: Sendable {
        private let seen = Mutex("")
        private let done = DispatchSemaphore(value: 0)

        init(_ screen: Int32, types text: String) {
            Thread.detachNewThread { [self] in
                let question = Self.shown(screen, upTo: "password: ")
                let bytes = Array(text.utf8)
                _ = unsafe write(screen, bytes, bytes.count)
                let rest = Self.shown(screen, upTo: "\n")
                seen.withLock { $0 = question + rest }
                done.signal()
            }
        }

        /// All that the terminal showed.
        var shown: String {
            done.wait()
            return seen.withLock(\.self)
        }

        /// What the terminal shows up to and including a text.
        private static func shown(_ screen: Int32, upTo end: String) -> String {
            var text = ""
            // By bytes: a carriage return and a line feed are one character.
            while !text.utf8.reversed().starts(with: end.utf8.reversed()) {
                var bytes = [UInt8](repeating: 0, count: 256)
                let count = unsafe read(screen, &bytes, bytes.count)
                guard count > 0 else { break }
                text += String(decoding: bytes.prefix(count), as: UTF8.self)
            }
            return text
        }
    }

    /// Which of the two settings that the prompt changes are on.
    private func flags(of descriptor: Int32) -> tcflag_t {
        var settings = termios()
        _ = unsafe tcgetattr(descriptor, &settings)
        return settings.c_lflag & tcflag_t(ECHO | ISIG)
    }

    @Test(arguments: [
        ("hunter2\n", "hunter2"), ("pä ss\n", "pä ss"), ("wrong\u{15}right\n", "right"), ("\n", ""),
    ])
    func takesALineAndDoesNotShowIt(_ typed: String, _ expected: String) throws {
        // Held open, so that the terminal's settings outlive the prompt.
        let keeper = unsafe open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC)
        defer { _ = close(keeper) }
        let typist = Typist(screen, types: typed)
        let answer = try SecretPrompt(terminal: terminal).ask("password: ").reveal()
        #expect(answer == expected)
        #expect(typist.shown == "password: \r\n")
        #expect(flags(of: keeper) == tcflag_t(ECHO | ISIG))
    }

    @Test func controlCEndsThePromptAndNotTheTerminal() {
        let keeper = unsafe open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC)
        defer { _ = close(keeper) }
        let typist = Typist(screen, types: "hunt\u{3}")
        let prompt = SecretPrompt(terminal: terminal)
        #expect(throws: SecretPrompt.Fault.interrupted) { try prompt.ask("password: ") }
        #expect(typist.shown == "password: \r\n")
        #expect(flags(of: keeper) == tcflag_t(ECHO | ISIG))
    }

    @Test func saysWhereThereIsNoTerminal() {
        #expect(throws: SecretPrompt.Fault.noTerminal) { try SecretPrompt(terminal: "/dev/null").ask("?") }
        #expect(throws: SecretPrompt.Fault.noTerminal) { try SecretPrompt(terminal: "/absent").ask("?") }
    }
}
