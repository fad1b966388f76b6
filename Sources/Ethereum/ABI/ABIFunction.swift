import EthereumTypes

/// A function of a contract: its name, what it takes and what it returns.
package struct ABIFunction: Hashable, Sendable {
    package enum Mutability: String, Hashable, Sendable { case pure, view, nonpayable, payable }

    package let name: String
    package let inputs: [ABIParameter]
    package let outputs: [ABIParameter]
    package let mutability: Mutability

    package init(
        name: String,
        inputs: [ABIParameter],
        outputs: [ABIParameter] = [],
        mutability: Mutability = .nonpayable
    ) {
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.mutability = mutability
    }

    /// The name and the canonical types, such as `transfer(address,uint256)`.
    package var signature: String { name + inputs.canonical }

    /// The four bytes that choose the function in call data.
    package var selector: [UInt8] { Selector.of(signature) }

    /// The call data: the selector and the encoded arguments.
    package func call(_ values: [ABIValue]) throws(ABI.Mismatch) -> [UInt8] {
        selector + (try ABI.encode(values, as: inputs.types))
    }

    /// The values that a call returned.
    package func results(_ data: some Sequence<UInt8>) throws(ABI.DecodingError) -> [ABIValue] {
        try ABI.decode(data, as: outputs.types)
    }
}

/// The four bytes before the arguments of a call or of an error.
package enum Selector {
    /// The first bytes of the hash of a canonical signature.
    package static func of(_ signature: String) -> [UInt8] {
        Array(Keccak256.hash(signature.utf8).bytes.prefix(4))
    }
}

extension ABIFunction {
    /// Reads `transfer(address to, uint256 amount)`, with or without names, `function` and what it returns.
    ///
    /// Outputs follow as `fee()(uint256)` or `fee() view returns (uint256)`.
    ///
    /// - Throws: ``ABISyntaxError`` that names the place.
    package init(signature text: String) throws(ABISyntaxError) {
        var parser = ABIParser(text)
        var name = parser.word()
        if name == "function" { name = parser.word() }
        guard let first = name.first, !first.isNumber else {
            throw parser.failure("a function's name is missing")
        }
        let inputs = try parser.parameters()
        var outputs: [ABIParameter] = []
        var mutability = Mutability.nonpayable
        while !parser.isAtEnd {
            let word = parser.word()
            switch word {
            case "external", "public": break
            case "", "returns":
                guard outputs.isEmpty, !parser.isAtEnd else {
                    throw parser.failure("nothing may follow here")
                }
                outputs = try parser.parameters()
            default:
                guard let stated = Mutability(rawValue: word) else {
                    throw parser.failure("'\(word)' is not expected behind the parameters")
                }
                mutability = stated
            }
        }
        self.init(name: name, inputs: inputs, outputs: outputs, mutability: mutability)
    }
}
