import BigInt
import EthereumTypes

/// Reads an answer's values as the execution API spells them, and says which one is not.
struct RPCReader {
    let method: String
    let value: JSONValue
    var name = "the result"

    /// A member that must be there.
    func member(_ name: String) throws(RPCFailure) -> RPCReader {
        guard let value = value[name] else { throw malformed("'\(name)' is missing") }
        return RPCReader(method: method, value: value, name: "'\(name)'")
    }

    /// A member that may be absent or null.
    func optional(_ name: String) -> RPCReader? {
        guard let value = value[name], value != .null else { return nil }
        return RPCReader(method: method, value: value, name: "'\(name)'")
    }

    func elements() throws(RPCFailure) -> [RPCReader] {
        guard let values = value.array else { throw malformed("\(name) is not a list") }
        return values.map { RPCReader(method: method, value: $0, name: "an element of \(name)") }
    }

    func text() throws(RPCFailure) -> String {
        guard let text = value.string else { throw malformed("\(name) is not a text") }
        return text
    }

    /// A number behind `0x`, without leading zeros.
    func quantity<Number: FixedWidthInteger>(as type: Number.Type) throws(RPCFailure) -> Number {
        let text = try text()
        let digits = text.dropFirst(2)
        guard text.hasPrefix("0x"), digits == "0" || digits.first != "0",
            digits.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let number = Number(digits, radix: 16)
        else { throw malformed("\(name) is not a quantity that can be: '\(text.prefix(80))'") }
        return number
    }

    /// A count, an amount of gas, a moment or the number of a block: at most 63 bits, as the ledger holds.
    ///
    /// No chain is near that, and what is reckoned with such a number stays within 64.
    func number() throws(RPCFailure) -> UInt64 { UInt64(try quantity(as: Int64.self)) }

    /// An amount; more than 128 bits hold, which test chains give their accounts, counts as the most there is.
    func wei() throws(RPCFailure) -> Wei {
        let text = try text()
        let digits = text.dropFirst(2)
        if text.hasPrefix("0x"), (33...64).contains(digits.utf8.count), digits.first != "0",
            BigUInt(digits, radix: 16) != nil
        {
            return Wei(.max)
        }
        return Wei(try quantity(as: UInt128.self))
    }

    func bytes() throws(RPCFailure) -> [UInt8] {
        let text = try text()
        guard text.hasPrefix("0x"), let bytes = Hex.decode(text) else {
            throw malformed("\(name) is not data behind 0x: '\(text.prefix(80))'")
        }
        return bytes
    }

    func hash() throws(RPCFailure) -> Hash {
        guard let hash = Hash(bytes: try bytes()) else { throw malformed("\(name) is not a hash") }
        return hash
    }

    /// An address; nodes need not spell it with a checksum.
    func address() throws(RPCFailure) -> Address {
        guard let address = Address(bytes: try bytes()) else { throw malformed("\(name) is not an address") }
        return address
    }

    func malformed(_ reason: String) -> RPCFailure { .malformed(method: method, reason) }
}

extension RPCReader {
    /// Spells a number as the execution API wants it.
    static func quantity(_ number: some BinaryInteger) -> JSONValue {
        .string("0x" + String(number, radix: 16))
    }
}
