import EthereumTypes
import GRDB
import Model

/// A stored value that is not what its column is for.
struct MalformedRow: Error {
    let detail: String
}

extension Row {
    /// The value of a column.
    ///
    /// - Throws: ``MalformedRow`` where it is missing or of another type.
    func value<Value: DatabaseValueConvertible>(_ column: String) throws(MalformedRow) -> Value {
        guard let value: Value = try optional(column) else {
            throw MalformedRow(detail: "a row has no '\(column)'")
        }
        return value
    }

    /// The value of a column; nil for NULL.
    func optional<Value: DatabaseValueConvertible>(_ column: String) throws(MalformedRow) -> Value? {
        let stored: DatabaseValue = self[column]
        guard !stored.isNull else { return nil }
        guard let value = Value.fromDatabaseValue(stored) else {
            throw MalformedRow(detail: "a row's '\(column)' is of the wrong type")
        }
        return value
    }

    /// The text of a column as what it spells.
    func parsed<Value>(_ column: String, _ parse: (String) -> Value?) throws(MalformedRow) -> Value {
        let text: String = try value(column)
        guard let value = parse(text) else { throw MalformedRow(detail: "a row's '\(column)' is '\(text)'") }
        return value
    }

    /// The text of a column as what it spells; nil for NULL.
    func parsedIfThere<Value>(_ column: String, _ parse: (String) -> Value?) throws(MalformedRow) -> Value? {
        let text: String? = try optional(column)
        guard text != nil else { return nil }
        return try parsed(column, parse)
    }

    func number(_ column: String) throws(MalformedRow) -> UInt64 {
        guard let number = UInt64(exactly: try value(column) as Int64) else {
            throw MalformedRow(detail: "a row's '\(column)' is negative")
        }
        return number
    }

    func numberIfThere(_ column: String) throws(MalformedRow) -> UInt64? {
        let stored: Int64? = try optional(column)
        return stored == nil ? nil : try number(column)
    }

    func time(_ column: String) throws(MalformedRow) -> Timestamp {
        Timestamp(milliseconds: try value(column))
    }

    func chainID(_ column: String) throws(MalformedRow) -> ChainID {
        guard let chainID = ChainID(try number(column)) else {
            throw MalformedRow(detail: "a row's '\(column)' is 0")
        }
        return chainID
    }
}

/// How values are spelled in columns.
enum Column {
    static func address(_ text: String) -> Address? { try? Address(text) }

    static func wei(_ text: String) -> Wei? { UInt128(text).map { Wei($0) } }

    /// A number as SQLite can hold it.
    ///
    /// - Throws: ``LedgerError/tooLarge(what:_:)`` beyond 63 bits.
    static func integer(_ value: UInt64, _ what: String) throws(LedgerError) -> Int64 {
        guard let integer = Int64(exactly: value) else { throw .tooLarge(what: what, value) }
        return integer
    }
}
