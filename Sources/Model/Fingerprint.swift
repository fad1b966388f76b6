import Foundation

/// Labelled fields that decide whether a stored result may stand in for a step.
///
/// Fields are kept, so that a miss can be explained. The digest covers each label and value with its length in front, so
/// ("ab", "c") and ("a", "bc") never meet.
package struct Fingerprint: Hashable, Codable, Sendable {
    package struct Field: Hashable, Codable, Sendable {
        package let label: String
        package let value: String

        package init(label: String, value: String) {
            self.label = label
            self.value = value
        }
    }

    package private(set) var fields: [Field]

    /// Starts with the version of the schema of what is stored and the kind of step.
    package init(schema: Int, kind: StepID.Kind) {
        fields = [
            Field(label: "schema", value: String(schema)), Field(label: "step", value: kind.rawValue),
        ]
    }

    package mutating func add(_ label: String, _ value: String) {
        fields.append(Field(label: label, value: value))
    }

    package var digest: Digest {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fields.reduce(0) { $0 + $1.label.utf8.count + $1.value.utf8.count + 16 })
        for field in fields {
            for part in [field.label.utf8, field.value.utf8] {
                let count = UInt64(part.count)
                for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: count >> UInt64(8 * shift))) }
                bytes.append(contentsOf: part)
            }
        }
        return Digest(of: bytes)
    }
}
