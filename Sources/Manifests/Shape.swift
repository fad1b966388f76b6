import Model

/// What may be written at one place of a manifest: the parser and the JSON Schema both read it.
indirect enum Shape: Sendable {
    case text(TextKind)
    case list(Shape, mayBeEmpty: Bool = true)
    case map(Table)
    /// A map whose keys are names that the user gives.
    case named(Noun, Shape)
    /// One of several, told apart by whether text, a list or a map is written.
    case either(text: TextKind?, list: Shape?, map: Shape?)
    /// Text, or lists and maps of it to any depth.
    case argument(References)
}

/// A map with keys that the grammar gives.
struct Table: Sendable {
    struct Key: Sendable {
        let name: String
        let shape: Shape
        let isRequired: Bool
        /// One sentence for editors.
        let about: String

        init(_ name: String, _ shape: Shape, required: Bool = false, _ about: String) {
            self.name = name
            self.shape = shape
            isRequired = required
            self.about = about
        }
    }

    /// The name of its definition in the schema.
    let name: String
    let about: String
    let keys: [Key]
    /// Keys that a later version of hyperkit will have at this place.
    var later: [String] = []
    /// Of these keys exactly one is there.
    var exactlyOne: [String] = []
    /// Of those, keys that may stand beside others of them, where nothing else that is there needs them.
    var beside: [String: [String]] = [:]
    /// Keys that a key does not come without.
    var needs: [String: [String]] = [:]
    /// Keys of which a key needs one at least.
    var needsOneOf: [String: [String]] = [:]

    subscript(name: String) -> Key? { keys.first { $0.name == name } }

    /// The keys there that count as one of ``exactlyOne``: more than one cannot be meant.
    func choice(of given: [String]) -> [String] {
        let isNeeded = Set(given.flatMap { needs[$0] ?? [] })
        return exactlyOne.filter { name in
            given.contains(name)
                && (isNeeded.contains(name) || !(beside[name] ?? []).contains(where: given.contains))
        }
    }
}

/// A section of the manifest, by what it names.
enum Noun: String, CaseIterable, Sendable {
    case variable, compiler, contract, set, signer, network, deployment, policy, check
    case value, call, option, expectation, library, override

    /// The root's key; nil for what is deeper inside.
    var section: String? {
        switch self {
        case .variable, .compiler, .contract, .set, .signer, .network, .deployment, .check: rawValue + "s"
        case .policy: "policies"
        case .value, .call, .option, .expectation, .library, .override: nil
        }
    }

    /// Whether a key may name one.
    func isName(_ key: String) -> Bool {
        guard self == .library else { return Name.isValid(key) }
        let name = SourceReference.contract(key) ?? key
        let path = SourceReference.path(key)
        return TextKind.isIdentifier(name) && (path == key || path.hasSuffix(".sol"))
    }

    /// What such a key is, for those who wrote something else.
    var nameRule: String {
        self == .library
            ? "write the library's name, such as Math, or path/File.sol:Math" : TextKind.nameRule
    }
}

/// Which references a text may have besides variables, which are filled in at once.
struct References: OptionSet, Sendable {
    let rawValue: Int

    static let row = References(rawValue: 1)
    /// `network.name` and `network.chainId`.
    static let network = References(rawValue: 2)
    static let networkValues = References(rawValue: 4)
    static let deployments = References(rawValue: 8)
    static let signers = References(rawValue: 16)

    static let argument: References = [.network, .networkValues, .deployments, .signers]
    static let networkValue: References = [.network, .signers]
}
