package import Foundation

/// What a contract's ABI in JSON says: how to construct it, call it and read its events and errors.
package struct ContractABI: Hashable, Sendable {
    /// An event; the hash of its signature is its first topic unless it is anonymous.
    package struct Event: Hashable, Sendable {
        package let name: String
        package let inputs: [ABIParameter]
        /// Which of the inputs are topics, in their order.
        package let isIndexed: [Bool]
        package let isAnonymous: Bool

        package var signature: String { name + inputs.canonical }
    }

    /// An error that the contract reverts with.
    package struct CustomError: Hashable, Sendable {
        package let name: String
        package let inputs: [ABIParameter]

        package var signature: String { name + inputs.canonical }
        package var selector: [UInt8] { Selector.of(signature) }
    }

    /// Nothing where the contract states no constructor.
    package let constructorInputs: [ABIParameter]
    /// Whether the constructor takes a value.
    package let isConstructorPayable: Bool
    package let functions: [ABIFunction]
    package let events: [Event]
    package let errors: [CustomError]
    /// Whether a transfer without data is accepted by `receive` or by a payable `fallback`.
    package let acceptsValue: Bool
    /// Members that no call data can be made for, each with why: libraries take storage references, for one.
    package let unsupported: [String]

    /// Reads the list that compilers give as a contract's `abi`.
    ///
    /// A function, event or error with a type that the ABI does not know is set aside in ``unsupported``.
    ///
    /// - Throws: ``ABISyntaxError`` where it is not such a list, or the constructor's types are not known.
    package init(json: Data) throws(ABISyntaxError) {
        let entries: [ABIEntry]
        do {
            entries = try JSONDecoder().decode([ABIEntry].self, from: json)
        } catch {
            throw ABISyntaxError("this is not an ABI in JSON: \(ABIEntry.reason(error))")
        }
        var inputs: [ABIParameter] = []
        var isConstructorPayable = false
        var functions: [ABIFunction] = []
        var events: [Event] = []
        var errors: [CustomError] = []
        var acceptsValue = false
        var unsupported: [String] = []
        for entry in entries {
            do throws(ABISyntaxError) {
                switch entry.type ?? "function" {
                case "constructor":
                    isConstructorPayable = entry.isPayable
                    inputs = try entry.inputParameters
                case "function": functions.append(try entry.function)
                case "event": events.append(try entry.event)
                case "error":
                    errors.append(CustomError(name: entry.name ?? "", inputs: try entry.inputParameters))
                case "receive": acceptsValue = true
                case "fallback": acceptsValue = acceptsValue || entry.isPayable
                case let other: unsupported.append("'\(other)' is not a kind of member that is known")
                }
            } catch {
                if entry.type == "constructor" { throw error }
                unsupported.append("\(entry.name ?? entry.type ?? "?"): \(error.message)")
            }
        }
        constructorInputs = inputs
        self.isConstructorPayable = isConstructorPayable
        self.functions = functions
        self.events = events
        self.errors = errors
        self.acceptsValue = acceptsValue
        self.unsupported = unsupported
    }

    /// Finds a function by its name where only one has it, or by its signature.
    ///
    /// - Throws: ``ABISyntaxError`` that lists what there is to choose from.
    package func function(_ text: String) throws(ABISyntaxError) -> ABIFunction {
        let found: [ABIFunction]
        let name: String
        if text.contains("(") {
            let wanted = try ABIFunction(signature: text)
            name = wanted.name
            found = functions.filter { $0.signature == wanted.signature }
        } else {
            name = text
            found = functions.filter { $0.name == text }
        }
        if found.count == 1 { return found[0] }
        let alike = functions.filter { $0.name == name }
        let choices = (alike.isEmpty ? functions : alike).map(\.signature).sorted().joined(separator: ", ")
        guard found.isEmpty else { throw ABISyntaxError("'\(text)' is ambiguous; write one of: \(choices)") }
        throw ABISyntaxError(
            "the contract has no function '\(text)'" + (choices.isEmpty ? "" : "; it has: \(choices)")
        )
    }
}
