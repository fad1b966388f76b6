import Glibc
import Model

/// Asks a person, on the terminal, for what must not be seen there.
struct SecretPrompt {
    enum Fault: Error {
        case noTerminal
        /// Control-C.
        case interrupted
    }

    private static let interrupt: UInt8 = 3

    /// The path of the terminal.
    var terminal = "/dev/tty"

    /// What is typed up to the end of the line, without showing it.
    func ask(_ question: String) throws(Fault) -> Secret {
        let descriptor = unsafe open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .noTerminal }
        defer { _ = close(descriptor) }
        var before = termios()
        guard unsafe tcgetattr(descriptor, &before) == 0 else { throw .noTerminal }
        var silent = before
        // Control-C ends the line in place of the program, which would leave the terminal silent.
        silent.c_lflag &= ~tcflag_t(ECHO | ECHONL | ISIG)
        unsafe withUnsafeMutableBytes(of: &silent.c_cc) { unsafe $0[Int(VEOL)] = Self.interrupt }
        guard unsafe tcsetattr(descriptor, TCSAFLUSH, &silent) == 0 else { throw .noTerminal }
        write(question, to: descriptor)
        let line = readLine(descriptor)
        _ = unsafe tcsetattr(descriptor, TCSAFLUSH, &before)
        write("\n", to: descriptor)
        guard line.last != Self.interrupt else { throw .interrupted }
        return Secret(
            String(decoding: line.last == UInt8(ascii: "\n") ? line.dropLast() : line[...], as: UTF8.self))
    }

    private func readLine(_ descriptor: Int32) -> [UInt8] {
        var line: [UInt8] = []
        while line.last != UInt8(ascii: "\n"), line.last != Self.interrupt {
            var byte: UInt8 = 0
            let count = unsafe read(descriptor, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { break }
            line.append(byte)
        }
        return line
    }

    private func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
    }
}
