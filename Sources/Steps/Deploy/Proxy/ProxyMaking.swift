import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a proxy would be made with as the manifest is now; nil where an address among it is not known.
struct ProxyMaking: Sendable {
    /// The call that initializes it; empty where none does.
    var initializeData: [UInt8]?
    /// Who may upgrade; nil also where the manifest leaves that to whoever makes it.
    var owner: Address?

    init(
        _ action: ProxyAction,
        _ inputs: StepInputs,
        _ resolution: ArgumentResolution
    ) throws(StepFailure) {
        if resolution.knows(action.spec.initialize?.arguments.references ?? []) {
            initializeData = try ProxyStep.initializeData(action, inputs, resolution)
        }
        if let owner = action.spec.owner, resolution.knows(owner.references),
            case .text(let text) = try resolution.input(.text(owner))
        {
            self.owner = try? Address(text)
        }
    }
}

extension ProxyStep {
    /// Says that the manifest names another owner than a proxy that stays was made with, and than it has.
    ///
    /// - Parameters:
    ///   - proxy: What is on record of it.
    ///   - action: The deployment.
    ///   - owner: Whom the manifest names; nil: nobody, or it is not known.
    ///   - network: Where.
    /// - Returns: Behind a reason; empty where there is nothing to say.
    /// - Throws: ``StepFailure`` where the ledger cannot be read.
    func ownerNote(
        of proxy: RegistryEntry,
        _ action: ProxyAction,
        now owner: Address?,
        on network: OpenNetwork
    ) async throws(StepFailure) -> String {
        var owned = proxy
        switch action.spec.kind {
        case .uups: return ""
        case .transparent: break
        case .beacon:
            let name = DeploymentPart.beacon.recordName(of: action.name)
            let formerly = action.deployment.formerly.map { DeploymentPart.beacon.recordName(of: $0) }
            guard case .known(let beacon) = try context.knowledge(of: name, formerly: formerly, on: network)
            else { return "" }
            owned = beacon.entry
        }
        // Where nobody is named, whoever makes it owns it.
        guard let before = owned.ownerMadeWith(as: action.spec.kind),
            let now = action.spec.owner == nil ? owned.deployer : owner, now != before
        else { return "" }
        if let place = proxy.proxy?.controller, await network.owner(of: place) == now { return "" }
        let part = action.spec.kind == .beacon ? "beacon" : "proxy"
        return
            "; what 'owner' says changed, from \(before) to \(now), and it is asked for once only, when the "
            + "\(part) is made"
    }
}

extension RegistryEntry {
    /// Whom the constructor of a transparent proxy, or of a beacon, was told of as its owner; nil where that is not on record.
    fileprivate func ownerMadeWith(as kind: ProxyKind) -> Address? {
        let types: [ABIType] =
            switch kind {
            case .uups: []
            case .transparent: [.address, .address, .bytes]
            case .beacon: [.address, .address]
            }
        guard !constructorArguments.isEmpty, types.count > 1,
            let values = try? ABI.decode(constructorArguments, as: types),
            case .address(let owner) = values[1]
        else { return nil }
        return owner
    }
}
