import EthereumTypes
import Model

/// What can be said of salts before a contract is compiled and a chain is asked.
struct SaltCheck {
    private(set) var problems: [Diagnostic] = []

    init(_ instances: [DeploymentExpansion.Instance]) {
        for instance in instances {
            checkSafe(instance)
            checkProxy(instance)
            guard let salt = instance.creation.salt, let text = salt.text.text else { continue }
            do throws(Salt.Fault) {
                check(try Salt(text), salt, instance)
            } catch {
                add(.error("salt", error.message, at: salt.text.location, hint: error.hint))
            }
        }
        let asserted = instances.filter { $0.creation.salt?.isSameEverywhere == true }
        for (_, twins) in Dictionary(grouping: asserted, by: \.name).sorted(by: { $0.key < $1.key }) {
            checkSame(twins)
        }
    }

    /// What is so on every network is said once.
    private mutating func add(_ problem: Diagnostic) {
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// A proxy keeps its address while its code changes, so that a salt says where it is when it is made and not after.
    private mutating func checkProxy(_ instance: DeploymentExpansion.Instance) {
        guard instance.proxy != nil, let salt = instance.creation.salt, salt.isSameEverywhere else { return }
        add(
            .error(
                "salt-and-proxy",
                "'\(instance.name)' has a proxy and 'sameAddress', and where a proxy is depends on the code that it was made with",
                at: salt.text.location,
                hint: "take 'sameAddress' out"
            )
        )
    }

    /// What a Safe deploys is known by its address before its owners sign.
    private mutating func checkSafe(_ instance: DeploymentExpansion.Instance) {
        guard case .safe? = instance.signer?.form, instance.creation.salt == nil,
            let signer = instance.signer?.name
        else { return }
        add(
            .error(
                "needs-salt",
                "'\(instance.name)' has no salt, and signer '\(signer)' of network '\(instance.network.name)' is a Safe, which "
                    + "creates contracts only through a factory",
                at: instance.spec.location,
                hint: "give it one: salt: TEXT"
            )
        )
    }

    /// CreateX refuses such a salt; where its first bytes are the sender's is known only when that is.
    private mutating func check(
        _ salt: Salt,
        _ spec: SaltSpec,
        _ instance: DeploymentExpansion.Instance
    ) {
        guard case .literal(let bytes) = salt, spec.factory == .createX,
            bytes.prefix(20).allSatisfy({ $0 == 0 }), bytes[20] > 1
        else { return }
        add(
            .error(
                "salt",
                "CreateX takes no salt that begins with 20 zero bytes and then \(Hex.encode([bytes[20]]))",
                at: spec.text.location,
                hint: "byte 20 is 01 where the chain's number counts, else 00"
            )
        )
    }

    /// Whether the addresses of one deployment cannot be the same, whatever its code is.
    private mutating func checkSame(_ twins: [DeploymentExpansion.Instance]) {
        guard let first = twins.first, let salt = first.creation.salt else { return }
        let values = twins.map { ($0.network.name, $0.creation.salt?.text.text ?? "?") }
        if Set(values.map(\.1)).count > 1 {
            tell("its salt differs", values.map { "\($0.1) on \($0.0)" }, salt, first.name)
            return
        }
        guard salt.factory == .createX, let text = salt.text.text, let read = try? Salt(text) else { return }
        switch read {
        case .literal(let bytes):
            let chains = Set(twins.map(\.network.chainID))
            guard bytes.prefix(20).allSatisfy({ $0 == 0 }), bytes[20] == 1, chains.count > 1 else { return }
            let all = twins.map { "chain id \($0.network.chainID) on \($0.network.name)" }
            tell("byte 20 of its salt makes the chain's number count", all, salt, first.name)
        case .text:
            let senders = twins.compactMap { twin in
                twin.signer?.address.map { (twin.network.name, $0) }
            }
            guard Set(senders.map(\.1)).count > 1 else { return }
            let all = senders.map { "\($0.1) on \($0.0)" }
            tell("CreateX guards its salt by the sender, and the senders differ", all, salt, first.name)
        }
    }

    private mutating func tell(_ why: String, _ values: [String], _ salt: SaltSpec, _ name: String) {
        add(
            .error(
                "address-differs",
                "'\(name)' cannot have the same address on all its networks: \(why): "
                    + values.joined(separator: ", "),
                at: salt.text.location,
                hint: "make them the same, or take 'sameAddress' out"
            )
        )
    }
}
