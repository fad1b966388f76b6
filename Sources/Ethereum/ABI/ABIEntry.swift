import Foundation

/// One member of an ABI as its JSON spells it.
struct ABIEntry: Decodable {
    struct Parameter: Decodable {
        let name: String?
        let type: String
        let components: [Parameter]?
        let indexed: Bool?

        /// The parameter with its type read.
        func parameter(depth: Int = 0) throws(ABISyntaxError) -> ABIParameter {
            guard depth < ABIParser.deepest else {
                throw ABISyntaxError("tuples are nested more than \(ABIParser.deepest) deep")
            }
            var parts: [ABIParameter]?
            if let components {
                parts = []
                for component in components { parts?.append(try component.parameter(depth: depth + 1)) }
            }
            return ABIParameter(name: name ?? "", type: try ABIType(type, components: parts))
        }
    }

    /// A function where it is absent.
    let type: String?
    let name: String?
    let inputs: [Parameter]?
    let outputs: [Parameter]?
    let stateMutability: String?
    /// What compilers said before there was `stateMutability`.
    let payable: Bool?
    let constant: Bool?
    let anonymous: Bool?

    var isPayable: Bool { stateMutability == "payable" || payable == true }

    var inputParameters: [ABIParameter] {
        get throws(ABISyntaxError) { try Self.parameters(inputs) }
    }

    var function: ABIFunction {
        get throws(ABISyntaxError) {
            guard let name, !name.isEmpty else { throw ABISyntaxError("a function has no name") }
            let old: ABIFunction.Mutability = isPayable ? .payable : constant == true ? .view : .nonpayable
            let mutability = stateMutability.map(ABIFunction.Mutability.init(rawValue:)) ?? old
            guard let mutability else { throw ABISyntaxError("its stateMutability is not known") }
            return ABIFunction(
                name: name,
                inputs: try inputParameters,
                outputs: try Self.parameters(outputs),
                mutability: mutability
            )
        }
    }

    var event: ContractABI.Event {
        get throws(ABISyntaxError) {
            ContractABI.Event(
                name: name ?? "",
                inputs: try inputParameters,
                isIndexed: (inputs ?? []).map { $0.indexed ?? false },
                isAnonymous: anonymous ?? false
            )
        }
    }

    /// The place and the cause of a decoding error, in one line.
    static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it cannot be read" }
        let context =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                .dataCorrupted(let context):
                context
            @unknown default: DecodingError.Context(codingPath: [], debugDescription: "it cannot be read")
            }
        let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }

    private static func parameters(_ list: [Parameter]?) throws(ABISyntaxError) -> [ABIParameter] {
        var parameters: [ABIParameter] = []
        for parameter in list ?? [] { parameters.append(try parameter.parameter()) }
        return parameters
    }
}
