package import BigInt
import EthereumTypes

/// What a contract said when it reverted.
package enum RevertReason: Hashable, Sendable {
    /// The data is empty: a bare `revert()`, a failed `require` without text, or no more gas.
    case empty
    /// `require(condition, text)` or `revert(text)`.
    case text(String)
    /// A check that the compiler put in.
    case panic(code: BigUInt)
    /// An error that the contract declares, with its values.
    case declared(ContractABI.CustomError, [ABIValue])
    /// Data of a shape that is not known.
    case unknown([UInt8])

    /// Reads revert data; the errors of `abi` are known besides `Error(string)` and `Panic(uint256)`.
    package init(_ data: [UInt8], abi: ContractABI? = nil) {
        guard !data.isEmpty else {
            self = .empty
            return
        }
        let selector = Array(data.prefix(4))
        let payload = data.dropFirst(4)
        if selector == Selector.of("Error(string)"),
            let values = try? ABI.decode(payload, as: [.string]), case .string(let text) = values[0]
        {
            self = .text(text)
        } else if selector == Selector.of("Panic(uint256)"),
            let values = try? ABI.decode(payload, as: [.uint256]), case .uint(let code) = values[0]
        {
            self = .panic(code: code)
        } else if let error = abi?.errors.first(where: { $0.selector == selector }),
            let values = try? ABI.decode(payload, as: error.inputs.types)
        {
            self = .declared(error, values)
        } else {
            self = .unknown(data)
        }
    }
}

extension RevertReason: CustomStringConvertible {
    /// The reason in words; the contract's own text is not escaped.
    package var description: String {
        switch self {
        case .empty:
            "reverted without a reason"
        case .text(let text):
            "reverted: \(text)"
        case .panic(let code):
            "panic 0x\(String(code, radix: 16)): \(Self.meaning(ofPanic: code))"
        case .declared(let error, let values):
            "reverted with \(error.name)(\(Self.listed(values, names: error.inputs.map(\.name))))"
        case .unknown(let data):
            data.count < 4
                ? "reverted with \(Hex.prefixed(data))"
                : "reverted with an error that the ABI does not declare, selector \(Hex.prefixed(data.prefix(4)))"
        }
    }

    private static func listed(_ values: [ABIValue], names: [String]) -> String {
        zip(names, values).map { $0.isEmpty ? $1.description : "\($0): \($1)" }.joined(separator: ", ")
    }

    /// The meanings that Solidity's documentation gives, "Panic via assert and Error via require".
    private static func meaning(ofPanic code: BigUInt) -> String {
        switch code {
        case 0x00: "a check of the compiler failed"
        case 0x01: "an assertion failed"
        case 0x11: "arithmetic overflow or underflow"
        case 0x12: "division or modulo by zero"
        case 0x21: "a number is not a value of the enum"
        case 0x22: "a byte array in storage is wrongly encoded"
        case 0x31: "pop on an empty array"
        case 0x32: "an index is out of bounds"
        case 0x41: "too much memory was asked for"
        case 0x51: "a function variable without a function was called"
        default: "unknown code"
        }
    }
}
