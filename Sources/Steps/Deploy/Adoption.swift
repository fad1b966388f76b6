package import Engine
import Ethereum
package import EthereumTypes
import Foundation
import Ledger
package import Model

/// Takes a contract that is already on a chain for a deployment of the manifest; sends nothing.
package struct Adoption: Sendable {
    let context: EffectContext

    package init(_ context: EffectContext) { self.context = context }

    /// The registry's entry for a contract at an address.
    ///
    /// The arguments on record are those of its creation where that is known, else those of the manifest: what the
    /// constructor wrote into the code is not compared, and whoever adopts vouches for it.
    ///
    /// - Parameters:
    ///   - action: The deployment.
    ///   - found: Where it is, and what else is known of it.
    ///   - replacing: Whether it takes the place of one that is on record at another address.
    ///   - inputs: What its compile step stored.
    /// - Returns: The entry with all that is on record of the contract, as of ``withRecord(_:_:)``.
    /// - Throws: ``StepFailure`` of the kind `blocked` where the code there is not the artifact's, or the name is taken.
    package func entry(
        for action: DeployAction,
        _ found: FoundContract,
        replacing: Bool = false,
        inputs: StepInputs
    ) async throws(StepFailure) -> RegistryEntry {
        let network = try await context.hub.open(action.network)
        if !replacing { try refuseTaken(action, found.address, network) }
        let call = try ConstructorCall(
            action,
            compiled: try inputs[action.compile],
            resolution: try await resolution(action, network)
        )
        let code = try await network.code(of: found.address)
        try Self.compare(call, code, found.address, action)
        let found = try await withCreation(found, action, network)
        let arguments = try Self.arguments(found, call, action)
        if arguments != call.arguments {
            context.notice(
                Diagnostic(
                    .warning,
                    "other-arguments",
                    "\(action.step.subject) was created at \(found.address) with other arguments than the manifest has",
                    hint: action.redeploy == .never
                        ? nil : "where it is another deployment's, forget it; a run replaces it"
                )
            )
        }
        try await context.requireDeep(found.address, on: network, action.step.subject, waiting: nil)
        var entry = RegistryEntry(
            project: context.project,
            name: action.name,
            contract: action.contract.rawValue,
            chainID: action.network.chainID,
            genesisHash: network.genesis,
            address: found.address,
            deployer: found.deployer,
            initCodeDigest: call.initCodeDigest,
            runtimeCodeDigest: call.runtimeCodeDigest,
            deployedCodeDigest: Digest(of: code),
            constructorArguments: arguments,
            creation: call.record(by: found.factory),
            run: nil,
            isAdopted: true
        )
        if let hash = found.transactionHash, let receipt = try await network.receipt(hash) {
            guard receipt.status == .succeeded,
                receipt.contractAddress == nil || receipt.contractAddress == found.address
            else {
                throw StepFailure(
                    .blocked, code: "other-transaction", "\(hash) did not create \(found.address)",
                    hint: "name the transaction that did, or none")
            }
            entry.transactionHash = hash
            entry.block = receipt.blockNumber
        }
        return try withRecord(entry, network)
    }

    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `is-there`, where the name is on record at another address; coded
    ///   `one-address`, where another deployment of the manifest is at this one.
    func refuseTaken(
        _ action: DeployAction,
        _ address: Address,
        _ network: OpenNetwork
    ) throws(StepFailure) {
        let subject = action.step.subject
        let own = [action.name] + action.formerly
        let names = (context.deploymentNames[network.spec.name] ?? []).subtracting(own)
        for other in names.sorted() {
            guard case .known(let known) = try context.knowledge(of: other, on: network),
                known.entry.address == address
            else { continue }
            throw StepFailure(
                .blocked,
                code: "one-address",
                "\(other)@\(network.spec.name) is at \(address), and the manifest has both",
                hint:
                    "where it is \(subject), say that the other name no longer counts: hyperkit deployments forget "
                    + "\(other)@\(network.spec.name)"
            )
        }
        guard
            case .known(let known) = try context.knowledge(
                of: action.name, formerly: action.formerly, on: network),
            known.entry.address != address
        else { return }
        throw StepFailure(
            .blocked,
            code: "is-there",
            "\(subject) is at \(known.entry.address) already",
            hint: "say that this one no longer counts: hyperkit deployments forget \(subject)"
        )
    }

    private static func compare(
        _ call: ConstructorCall,
        _ code: [UInt8],
        _ address: Address,
        _ action: DeployAction
    ) throws(StepFailure) {
        let what: String
        switch call.compare(code) {
        case .identical: return
        case .absent: what = "'\(action.network.name)' has no code at \(address)"
        case .identicalButMetadata:
            what = "the code at \(address) is that of \(action.contract) but for the hash of its metadata"
        case .different(let offset):
            what =
                "the code at \(address) is not that of \(action.contract): it differs from byte \(offset) on"
        }
        throw StepFailure(
            .blocked,
            code: "code-differs",
            what,
            hint: "compile the sources that it was made of, with the same compiler and settings"
        )
    }

    /// The contract with what is known of its creation: among the last transactions of the account that would create it now.
    private func withCreation(
        _ found: FoundContract,
        _ action: DeployAction,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> FoundContract {
        guard found.input == nil, found.transactionHash == nil,
            let account = try? await context.address(of: action.signer, on: network)
        else { return found }
        let head = try await network.height(.latest)
        let count = try await network.transactionCount(of: account, at: .number(head))
        let nonce = (0..<count).suffix(Self.mostInspected).first {
            Address.created(by: account, nonce: $0) == found.address
        }
        guard let nonce,
            case .known(let sent) = try await NonceSearch(network, account).user(of: nonce, by: head)
        else { return found }
        var created = found
        created.deployer = account
        created.transactionHash = sent.lookup.hash
        created.input = sent.lookup.input
        return created
    }

    /// How many transactions of the account are looked at.
    private static let mostInspected = 1_024

    /// The arguments that it was created with: what stands behind the init code.
    private static func arguments(
        _ found: FoundContract,
        _ call: ConstructorCall,
        _ action: DeployAction
    ) throws(StepFailure) -> [UInt8] {
        guard let input = found.input else { return call.arguments }
        let initCode = call.data.dropLast(call.arguments.count)
        guard input.starts(with: initCode) else {
            throw StepFailure(
                .blocked,
                code: "code-differs",
                "what created \(found.address) is not the init code of \(action.contract)",
                hint: "compile the sources that it was made of, with the same compiler and settings"
            )
        }
        return Array(input.dropFirst(initCode.count))
    }

    /// The addresses that its arguments refer to, by what is known of other deployments.
    private func resolution(_ action: DeployAction, _ network: OpenNetwork) async throws(StepFailure)
        -> ArgumentResolution
    {
        var resolution = ArgumentResolution(deployments: [:], signers: [:], network: action.network.name)
        for case .deploymentAddress(let name, let other) in action.references {
            let home = other ?? action.network.name
            var address: Address?
            if home == action.network.name {
                if case .known(let known) = try context.knowledge(of: name, on: network) {
                    address = known.entry.address
                }
            } else {
                address = context.registered(name, on: home)
            }
            guard let address else {
                throw StepFailure(
                    code: "unresolved-reference",
                    "it needs the address of \(name)@\(home), which is not known",
                    hint: "adopt or deploy \(name)@\(home) first"
                )
            }
            resolution.deployments["\(name)@\(home)"] = address
        }
        for signer in action.signersRead {
            resolution.signers[signer.name] = try await context.address(of: signer)
        }
        return resolution
    }
}

/// A contract on a chain, and what is known of how it came there.
package struct FoundContract: Hashable, Sendable {
    package var address: Address
    package var transactionHash: Hash?
    package var deployer: Address?
    /// What its creation was sent: init code and arguments.
    package var input: [UInt8]?
    /// What created it, where that was asked for it.
    package var factory: Create2Factory?

    package init(
        address: Address,
        transactionHash: Hash? = nil,
        deployer: Address? = nil,
        input: [UInt8]? = nil,
        factory: Create2Factory? = nil
    ) {
        self.address = address
        self.transactionHash = transactionHash
        self.deployer = deployer
        self.input = input
        self.factory = factory
    }
}
