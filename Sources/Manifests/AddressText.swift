import EthereumTypes
import Model

/// Catches what is meant as an address and is none, before anything is sent to it.
enum AddressText {
    /// False after adding a problem.
    static func check(_ text: CheckedText, problems: Problems) -> Bool {
        guard let written = text.value.text, let fault = fault(of: written) else { return true }
        problems.add(text.place.error("address", fault.message, hint: fault.hint))
        return false
    }

    /// What is wrong with a text that looks like an address; nil for every other text.
    static func fault(of text: String) -> (message: String, hint: String)? {
        guard text.hasPrefix("0x") || text.hasPrefix("0X") else { return nil }
        let digits = text.dropFirst(2)
        guard (39...41).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ $0.isDigit || $0.isLetter })
        else { return nil }
        if let odd = digits.first(where: { !$0.isHexDigit }) {
            return ("'\(text)' is no address: '\(odd)' is no hexadecimal digit", "the digits are 0-9 and a-f")
        }
        do {
            _ = try Address("0x" + digits)
            return nil
        } catch {
            switch error {
            case .wrongChecksum(let expected):
                return (
                    "the address '\(text)' has a wrong checksum (EIP-55)",
                    "if no digit is wrong it is spelt \(expected)"
                )
            case .wrongLength(let count):
                return (
                    "'\(text)' is no address: it has \(count) digits", "an address has 40 digits behind 0x"
                )
            case .notHexadecimal:
                return ("'\(text)' is no address", "an address has 40 hexadecimal digits behind 0x")
            }
        }
    }
}
