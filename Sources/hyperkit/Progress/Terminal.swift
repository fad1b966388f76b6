import Foundation

/// The terminal that standard error goes to.
enum Terminal {
    struct Size: Equatable {
        var columns = 100
        var rows = 24
    }

    /// Whether there is one that can move its cursor.
    static var isThere: Bool {
        isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Its size now; a usual one where it cannot be told.
    static var size: Size {
        var size = winsize()
        guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
        else { return Size() }
        return Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }
}

extension String {
    /// How many columns it takes.
    var columns: Int { reduce(0) { $0 + $1.columns } }

    /// As much from its start as fits.
    func fitting(_ columns: Int) -> String {
        guard self.columns > columns else { return self }
        var left = columns - 1
        var short = ""
        for character in self {
            left -= character.columns
            guard left >= 0 else { break }
            short.append(character)
        }
        return columns > 0 ? short + "…" : ""
    }
}

extension Character {
    /// Two for those of East Asia and for pictures, as terminals show them.
    fileprivate var columns: Int {
        guard let scalar = unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
            0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
            return 2
        default: return 1
        }
    }
}
