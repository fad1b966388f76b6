import Ethereum
import EthereumTypes
import Model

/// Fills in what only a run knows, and hands arguments to the ABI.
struct ArgumentResolution: Sendable {
    /// Addresses by `NAME@NETWORK`.
    var deployments: [String: Address]
    var signers: [String: Address]
    /// The network that a plain `deployments.NAME` means.
    var network: String

    /// Knows some address for each of these, be it there or not: enough to tell whether arguments have their types.
    static func placeholders(
        for references: [Interpolated.Reference],
        on network: NetworkSpec
    ) -> ArgumentResolution {
        var resolution = ArgumentResolution(deployments: [:], signers: [:], network: network.name)
        // Nobody has its key, and nothing is there.
        let somewhere = Address.created(by: .zero, nonce: 0)
        for reference in references {
            switch reference {
            case .deploymentAddress(let name, let other):
                resolution.deployments["\(name)@\(other ?? network.name)"] = somewhere
            case .signerAddress(let name): resolution.signers[name] = somewhere
            case .row, .networkName, .networkChainID, .networkValue: break
            }
        }
        return resolution
    }

    /// The arguments of a constructor or function in the shape that the ABI reads.
    func input(_ arguments: Arguments) throws(StepFailure) -> ABIInput {
        switch arguments {
        case .positional(let items):
            var inputs: [ABIInput] = []
            for item in items { inputs.append(try input(item)) }
            return .list(inputs)
        case .named(let fields): return try map(fields)
        }
    }

    func input(_ argument: Argument) throws(StepFailure) -> ABIInput {
        switch argument {
        case .text(let text): return .text(try self.text(text))
        case .list(let items, _): return try input(.positional(items))
        case .map(let fields, _): return try map(fields)
        }
    }

    private func map(_ fields: [Argument.Field]) throws(StepFailure) -> ABIInput {
        var entries: [ABIInput.Entry] = []
        for field in fields { entries.append(ABIInput.Entry(field.name, try input(field.value))) }
        return .map(entries)
    }

    func text(_ text: Interpolated) throws(StepFailure) -> String {
        let known = text.resolving { reference in
            address(reference).map { Interpolated(text: $0.description, at: text.location) }
        }
        guard let whole = known.text else {
            throw StepFailure(
                code: "unresolved-reference",
                "\(text.location): the reference is not known yet: \(known.references)"
            )
        }
        return whole
    }

    /// Whether nothing of these is left to be known.
    func knows(_ references: [Interpolated.Reference]) -> Bool {
        references.allSatisfy { address($0) != nil }
    }

    private func address(_ reference: Interpolated.Reference) -> Address? {
        switch reference {
        case .deploymentAddress(let name, let other): deployments["\(name)@\(other ?? network)"]
        case .signerAddress(let name): signers[name]
        case .row, .networkName, .networkChainID, .networkValue: nil
        }
    }
}

extension StepFailure {
    /// An argument that is not of the type that the contract wants.
    init(_ error: ABIInputError, at location: FileLocation?) {
        self.init(
            code: "bad-argument",
            "\(error.path): expected \(error.expected), saw \(error.seen)",
            hint: error.hint,
            diagnostics: location.map {
                let words = "\(error.path): expected \(error.expected), saw \(error.seen)"
                return [.error("bad-argument", words, at: $0, hint: error.hint)]
            } ?? []
        )
    }
}
