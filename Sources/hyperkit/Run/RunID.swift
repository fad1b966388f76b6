import Model

/// The name of a run: when it began, and two random bytes.
enum RunID {
    static func new(_ world: World) -> String {
        let time = world.now().rfc3339.prefix(19).map { $0 == ":" ? "-" : $0 }
        let random = world.randomBytes(2).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return String(time) + "Z-" + random.joined()
    }
}
