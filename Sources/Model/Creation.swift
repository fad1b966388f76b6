package import EthereumTypes

/// How a deployment's contract is created, beside the arguments of its constructor.
package struct CreationSpec: Hashable, Sendable {
    /// Addresses of the libraries that its code calls.
    package var libraries: [LibraryLink]
    /// nil: it is created where the sender's nonce says (CREATE).
    package var salt: SaltSpec?

    package static let plain = CreationSpec()

    package init(libraries: [LibraryLink] = [], salt: SaltSpec? = nil) {
        self.libraries = libraries
        self.salt = salt
    }

    /// Every text of it that may hold references.
    package var texts: [Interpolated] { libraries.map(\.address) + (salt.map { [$0.text] } ?? []) }

    package var references: [Interpolated.Reference] { texts.flatMap(\.references) }

    /// The same with `change` applied to each text.
    package func mapping(_ change: (Interpolated) -> Interpolated) -> CreationSpec {
        var mapped = self
        for index in mapped.libraries.indices {
            mapped.libraries[index].address = change(mapped.libraries[index].address)
        }
        if let salt { mapped.salt?.text = change(salt.text) }
        return mapped
    }
}

/// A library by its name, `Math` or `contracts/Math.sol:Math`, and where it is.
package struct LibraryLink: Hashable, Sendable {
    package var name: Located<String>
    package var address: Interpolated

    package init(name: Located<String>, address: Interpolated) {
        self.name = name
        self.address = address
    }
}

/// A salt, and the factory that makes an address of it.
package struct SaltSpec: Hashable, Sendable {
    /// Only what a network says is referred to.
    package var text: Interpolated
    package var factory: Create2Factory
    /// Whether it is an error where the address is not the same on all networks of the deployment.
    package var isSameEverywhere: Bool

    package init(text: Interpolated, factory: Create2Factory, isSameEverywhere: Bool = false) {
        self.text = text
        self.factory = factory
        self.isSameEverywhere = isSameEverywhere
    }
}

/// What a salt's text says.
package enum Salt: Hashable, Sendable {
    /// 32 bytes as they were written.
    case literal([UInt8])
    /// A text that stands for its hash.
    case text(String)

    /// Why a text is no salt.
    package struct Fault: Error, Hashable, Sendable {
        package let message: String
        package let hint: String
    }

    /// Reads 64 hexadecimal digits behind `0x`, or any other text that is not empty.
    ///
    /// - Throws: ``Fault`` for no text, and for what is hardly meant as words: hexadecimal digits of another length, and what is
    ///   as long as a salt in hexadecimal and has another character among its digits.
    package init(_ text: String) throws(Fault) {
        guard !text.isEmpty else { throw Fault(message: "the salt is empty", hint: "write any text") }
        if let other = text.dropFirst(2).first(where: { !$0.isHexDigit }), text.hasPrefix("0x"),
            text.utf8.count == 66
        {
            throw Fault(
                message: "the salt '\(text)' has a '\(other)' among its digits",
                hint:
                    "a salt in hexadecimal has 64 of the digits 0-9 and a-f behind 0x; a text that is to be hashed does "
                    + "not look like one"
            )
        }
        guard text.hasPrefix("0x"), text.dropFirst(2).allSatisfy(\.isHexDigit) else {
            self = .text(text)
            return
        }
        guard let bytes = Hex.decode(text.dropFirst(2)), bytes.count == 32 else {
            throw Fault(
                message: "the salt '\(text)' has \(text.utf8.count - 2) digits",
                hint: "a salt in hexadecimal has 64 digits behind 0x; any other text is hashed"
            )
        }
        self = .literal(bytes)
    }

    /// The 32 bytes that the factory is sent.
    ///
    /// A text is Keccak-256 of its UTF-8. For CreateX it is the sender's address, 00, so that the chain's number does not
    /// count, and the hash's first 11 bytes: nobody else can take the address, and it is the same on every chain.
    package func bytes(for factory: Create2Factory, sender: Address?) -> [UInt8]? {
        switch (self, factory) {
        case (.literal(let bytes), _): return bytes
        case (.text(let text), .deterministicProxy): return Keccak256.hash(text.utf8).bytes
        case (.text(let text), .createX):
            guard let sender else { return nil }
            return sender.bytes + [0] + Keccak256.hash(text.utf8).bytes.prefix(11)
        }
    }
}
