import BigInt
import EthereumTypes

extension ABIType {
    /// The value that `text` means for a type that is neither an array nor a tuple.
    func scalar(_ text: String, path: String) throws(ABIInputError) -> ABIValue {
        switch self {
        case .uint(let width):
            let number = try integer(text, path: path)
            guard number.sign == .plus, number.magnitude.bitWidth <= width.bits else {
                throw refused(text, path, hint: "write a number from 0 to \(Self.largest(bits: width.bits))")
            }
            return .uint(number.magnitude)
        case .int(let width):
            let number = try integer(text, path: path)
            guard number.fits(bits: width.bits) else {
                let largest = Self.largest(bits: width.bits - 1)
                let smallest =
                    width.bits <= 64 ? "-\((BigUInt(1) << (width.bits - 1)))" : "-2^\(width.bits - 1)"
                throw refused(text, path, hint: "write a number from \(smallest) to \(largest)")
            }
            return .int(number)
        case .bool:
            guard text == "true" || text == "false" else {
                throw refused(text, path, hint: "write true or false")
            }
            return .bool(text == "true")
        case .string:
            return .string(text)
        case .bytes:
            return .bytes(try bytes(text, path: path, count: nil))
        case .fixedBytes(let width):
            return .bytes(try bytes(text, path: path, count: width.count))
        case .function:
            return .bytes(try bytes(text, path: path, count: 24))
        case .address:
            return .address(try address(text, path: path))
        case .array, .fixedArray, .tuple:
            throw refused(text, path, hint: "write a list")
        }
    }

    private func integer(_ text: String, path: String) throws(ABIInputError) -> BigInt {
        guard let number = IntegerText.value(of: text) else {
            throw refused(text, path, hint: IntegerText.hint(for: text))
        }
        return number
    }

    private func bytes(_ text: String, path: String, count: Int?) throws(ABIInputError) -> [UInt8] {
        let wanted =
            count.map { "0x and \($0 * 2) hexadecimal digits" } ?? "0x and hexadecimal digits, two a byte"
        guard text.hasPrefix("0x"), let bytes = Hex.decode(text) else {
            throw refused(text, path, hint: "write \(wanted)")
        }
        if let count, bytes.count != count {
            throw refused(text, path, hint: "these are \(bytes.count) bytes; write \(wanted)")
        }
        return bytes
    }

    private func address(_ text: String, path: String) throws(ABIInputError) -> Address {
        do throws(Address.Fault) {
            return try Address(text)
        } catch {
            switch error {
            case .notHexadecimal:
                throw refused(text, path, hint: "write 0x and 40 hexadecimal digits")
            case .wrongLength(let digits):
                throw refused(
                    text, path, hint: "these are \(digits) digits; write 0x and 40 hexadecimal digits")
            case .wrongChecksum(let expected):
                throw refused(
                    text,
                    path,
                    hint: "the checksum is wrong; if every digit is right, write \(expected)"
                )
            }
        }
    }

    private func refused(_ text: String, _ path: String, hint: String) -> ABIInputError {
        error(.text(text), path, hint: hint)
    }

    private static func largest(bits: Int) -> String {
        bits <= 64 ? String((BigUInt(1) << bits) - 1) : "2^\(bits) - 1"
    }
}
