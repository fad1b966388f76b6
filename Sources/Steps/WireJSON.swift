import Foundation
import Model

/// JSON as steps store it: keys sorted, so that the same value has the same digest.
enum WireJSON {
    static func encode(_ value: some Encodable) throws(StepFailure) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(value)
        } catch {
            throw StepFailure(code: "wire", "a result cannot be written: \(error)")
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: Data) throws(StepFailure) -> Value {
        do {
            return try JSONDecoder().decode(type, from: bytes)
        } catch {
            let words = (error as? DecodingError)?.words ?? "\(error)"
            throw StepFailure(code: "wire", "a stored result cannot be read: \(words)")
        }
    }
}
