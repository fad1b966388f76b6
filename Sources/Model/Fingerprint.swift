/// Labelled fields that decide whether a stored result may stand in for a step.
///
/// Fields are kept, so that a miss can be explained. They are held as the bytes that the digest covers: each label and value
/// with its length in front, so ("ab", "c") and ("a", "bc") never meet.
package struct Fingerprint: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        package let label: String
        package let value: String

        package init(label: String, value: String) {
            self.label = label
            self.value = value
        }
    }

    /// Of each field the label and the value, each behind its length as eight bytes, little-endian.
    package private(set) var bytes: [UInt8] = []

    /// Starts with the version of the schema of what is stored and the kind of step.
    package init(schema: Int, kind: StepID.Kind) {
        // Most have less, and need no other room.
        bytes.reserveCapacity(1_024)
        add("schema", String(schema))
        add("step", kind.rawValue)
    }

    /// Takes the ``bytes`` of one; nil where they are no fields.
    package init?(bytes: [UInt8]) {
        // Each step that is looked up comes by here: the texts are passed, and not noted.
        var (next, count) = (0, 0)
        while next < bytes.count {
            guard let text = Self.text(at: next, in: bytes) else { return nil }
            next = text.upperBound
            count += 1
        }
        guard count % 2 == 0 else { return nil }
        self.bytes = bytes
    }

    package mutating func add(_ label: String, _ value: String) {
        append(label)
        append(value)
    }

    package var fields: [Field] {
        var texts: [String] = []
        var next = 0
        while next < bytes.count, let text = Self.text(at: next, in: bytes) {
            texts.append(String(decoding: bytes[text], as: UTF8.self))
            next = text.upperBound
        }
        return stride(from: 0, to: texts.count - 1, by: 2).map {
            Field(label: texts[$0], value: texts[$0 + 1])
        }
    }

    package var digest: Digest { Digest(of: bytes) }

    private mutating func append(_ text: String) {
        var count = UInt64(text.utf8.count)
        for _ in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: count))
            count >>= 8
        }
        bytes.append(contentsOf: text.utf8)
    }

    /// Where the text is whose length is at a place; nil where that does not fit.
    private static func text(at place: Int, in bytes: [UInt8]) -> Range<Int>? {
        guard bytes.count - place >= 8 else { return nil }
        var count: UInt64 = 0
        for shift in 0..<8 { count |= UInt64(bytes[place + shift]) << UInt64(8 * shift) }
        let start = place + 8
        guard count <= UInt64(bytes.count - start) else { return nil }
        return start..<start + Int(count)
    }
}
