import Ethereum
import EthereumTypes
import Model

/// How a contract comes onto a chain: what is sent, to whom, and where it will be if that is known before.
struct Creation: Hashable, Sendable {
    /// Who creates it; nil: the transaction itself does.
    let factory: Create2Factory?
    /// Init code with its arguments, or the factory's call data that holds them.
    let data: [UInt8]
    /// nil where the sender's nonce decides.
    let address: Address?
    /// Whether nobody but the sender can have it created there.
    let isSendersOwn: Bool

    /// What the transaction is sent to; nil: it creates a contract.
    var to: Address? { factory?.address }
    var payloadHash: Hash { Keccak256.hash(data) }

    /// Creates a contract where the sender's nonce says.
    init(initCode: [UInt8]) {
        factory = nil
        data = initCode
        address = nil
        isSendersOwn = false
    }

    /// Creates a contract where its salt says.
    ///
    /// - Parameters:
    ///   - initCode: With its arguments.
    ///   - salt: The salt, and whose it is.
    ///   - sender: Who asks the factory; CreateX's addresses depend on that, the proxy's do not.
    ///   - chainID: CreateX's addresses may depend on it.
    /// - Throws: ``StepFailure`` coded `salt` where the factory refuses it, `no-signer` where the sender must be known.
    init(initCode: [UInt8], _ salt: SaltSpec, sender: Address?, chainID: ChainID) throws(StepFailure) {
        let text = salt.text.text ?? ""
        let read: Salt
        do throws(Salt.Fault) {
            read = try Salt(text)
        } catch {
            throw Self.failure(error.message, salt, hint: error.hint)
        }
        guard let bytes = read.bytes(for: salt.factory, sender: sender),
            salt.factory == .deterministicProxy || sender != nil
        else {
            throw StepFailure(
                code: "no-signer",
                "CreateX makes the address of its sender too, and who signs is not known",
                hint: "set the signer's secret, or use factory: deterministic-proxy"
            )
        }
        let effective = salt.factory.effectiveSalt(bytes, sender: sender ?? .zero, chainID: chainID)
        guard let effective else {
            throw Self.failure(
                "CreateX refuses the salt: byte 20 behind the sender's address is neither 00 nor 01",
                salt,
                hint:
                    "01 makes the chain's number count, 00 does not; any text in its place is guarded by the sender"
            )
        }
        factory = salt.factory
        data = salt.factory.callData(salt: bytes, initCode: initCode)
        // CreateX lets nobody else use a salt that begins with the sender's address.
        isSendersOwn = salt.factory == .createX && sender.map { bytes.starts(with: $0.bytes) } ?? false
        address = Address.created2(
            by: salt.factory.address, salt: effective, initCodeHash: Keccak256.hash(initCode))
    }

    private static func failure(_ message: String, _ salt: SaltSpec, hint: String) -> StepFailure {
        StepFailure(
            code: "salt",
            message,
            hint: hint,
            diagnostics: [.error("salt", message, at: salt.text.location, hint: hint)]
        )
    }
}

extension EffectContext {
    /// How a contract is created: by its salt where it has one.
    ///
    /// - Parameters:
    ///   - initCode: With its arguments.
    ///   - action: Whose salt, signer and names count.
    ///   - network: Where.
    /// - Returns: What is sent and where the contract will be; of one that stands there the sender is known without a key.
    /// - Throws: As ``Creation/init(initCode:_:sender:chainID:)``, and where the sender is needed and its secret is not there.
    func creation(
        of initCode: [UInt8],
        _ action: DeployAction,
        on network: OpenNetwork
    ) async throws(StepFailure) -> Creation {
        guard let salt = action.creation.salt else { return Creation(initCode: initCode) }
        let sender: Address? =
            switch salt.factory {
            case .deterministicProxy: nil
            case .createX: try await factorySender(action, on: network)
            }
        return try Creation(
            initCode: initCode, salt, sender: sender, chainID: action.network.chainID)
    }

    private func factorySender(
        _ action: DeployAction,
        on network: OpenNetwork
    ) async throws(StepFailure) -> Address? {
        guard let signer = action.signer else { return network.devnetKey?.address }
        do throws(StepFailure) {
            return try await address(of: signer)
        } catch {
            guard
                case .known(let known) = try knowledge(
                    of: action.name, formerly: action.formerly, on: network),
                let deployer = known.entry.deployer
            else { throw error }
            return deployer
        }
    }

    /// Whether a network has the factory that a contract is to be created by.
    ///
    /// A devnet's may not be there yet where a plan only looks ahead: a step of the run puts it there.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `no-factory` or `other-factory`.
    func checkFactory(_ factory: Create2Factory?, on network: OpenNetwork) async throws(StepFailure) {
        guard let factory else { return }
        let code = try await hub.codeNow(at: factory.address, on: network)
        if factory.isKnown(code) { return }
        let name = network.spec.name
        if network.spec.isDevnet, code.isEmpty || code == DevnetFactories.code(factory) { return }
        let other: Create2Factory = factory == .createX ? .deterministicProxy : .createX
        guard code.isEmpty else {
            throw StepFailure(
                .blocked,
                code: "other-factory",
                "'\(name)' has other code at \(factory.address) than \(factory.rawValue) has",
                hint:
                    "find out what it is; factory: \(other.rawValue) gives other addresses. Nothing was sent"
            )
        }
        throw StepFailure(
            .blocked,
            code: "no-factory",
            "'\(name)' has no \(factory.rawValue) at \(factory.address)",
            hint:
                "have it deployed there (its project says how), or use factory: \(other.rawValue), which gives "
                + "other addresses. Nothing was sent"
        )
    }
}
