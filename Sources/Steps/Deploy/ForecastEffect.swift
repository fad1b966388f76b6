import Ethereum
import EthereumTypes
import Ledger
import Model

/// A transaction that a run would send, as far as it is known before it.
struct ForecastEffect: Sendable {
    let network: OpenNetwork
    let sender: Address
    /// The sender's next nonce when the plan was begun; nil where it is not known.
    let start: UInt64?
    /// nil: a contract is created.
    let to: Address?
    /// nil where an address in it is not known.
    let data: [UInt8]?
    let value: Wei
    /// Whether all that it needs is there already; code that is not there takes any call.
    let standsAlone: Bool
    /// What the manifest lets it use.
    var gasLimit: Located<UInt64>?
    /// What a lane would be asked for, without data that are not known; nil where its mark is not known before the run.
    var asked: TransactionRequest?
    /// Which forecast it is of, and which of that one's calls; nil: its creation.
    var deployment = 0
    var call: Int?
    var payer = ForecastPayer.lane
    /// The name of whoever signs it; nil: a devnet's first account.
    var signer: String?

    /// nil where it cannot be run.
    var request: CallRequest? {
        data.map { CallRequest(from: sender, to: to, data: $0, value: value) }
    }
}

/// What an earlier run signed, and a run goes on with as it was signed.
struct ForecastSigned: Sendable {
    let operation: ChainOperation
    let network: OpenNetwork
    /// Which forecast it is of, and which of that one's calls; nil: its creation, or an upgrade.
    var deployment = 0
    var call: Int?
}

/// What is known half-way through the plan.
struct ForecastView {
    var addresses: [String: Address] = [:]
    /// Of calls only those that come to nothing.
    var actions: [StepID: DeploymentForecast.Action] = [:]
    /// The networks on which something is sent.
    private(set) var changed: Set<String> = []
    /// The next nonce by network and sender.
    var nonces: [String: UInt64] = [:]
    /// In plan order.
    private(set) var effects: [ForecastEffect] = []
    /// The effect of the step that is looked at.
    var next: ForecastEffect?
    /// In plan order.
    private(set) var signed: [ForecastSigned] = []
    /// What was signed of the step that is looked at, and is wanted as it was.
    var nextSigned: ForecastSigned?

    /// What accounts did that is on no record, as far as it was looked at.
    var looks: [ChainOperation.Lane: LaneStrangers] = [:]

    /// The network that each lane is of.
    private var lanes: [ChainOperation.Lane: String] = [:]

    /// Says that what is sent in a lane is of a network.
    ///
    /// - Returns: The other network that it is of already; nil where it is of none.
    mutating func claim(_ lane: ChainOperation.Lane, for network: String) -> String? {
        let first = lanes[lane] ?? network
        lanes[lane] = first
        return first == network ? nil : first
    }

    /// Where the code behind a proxy is or will be, as far as that is known.
    func implementation(of action: ProxyAction) -> Address? {
        addresses["\(DeploymentPart.implementation.recordName(of: action.name))@\(action.network.name)"]
    }

    /// Whether a step will come to nothing.
    func isStuck(_ step: StepID) -> Bool { actions[step] == .blocked || actions[step] == .drift }

    /// Keeps what steps after it want to know of a forecast.
    mutating func noting(_ forecast: DeploymentForecast, as name: String) -> DeploymentForecast {
        if [.create, .keep, .replace, .upgrade].contains(forecast.action), let text = forecast.address {
            addresses["\(name)@\(forecast.network)"] = try? Address(text)
        }
        actions[forecast.step] = forecast.action
        if [.create, .replace, .upgrade].contains(forecast.action) { changed.insert(forecast.network) }
        return forecast
    }

    /// Keeps what steps after it want to know of a call.
    mutating func noting(_ call: DeploymentForecast.Call, _ action: CallAction) {
        changed.insert(action.network.name)
        if call.obstacle != nil { actions[action.step] = .blocked }
    }

    /// Says of which forecast the effect is, where the step has one.
    mutating func note(_ deployment: Int, call: Int? = nil, by signer: SignerSpec?) {
        if var open = nextSigned {
            open.deployment = deployment
            open.call = call
            signed.append(open)
            nextSigned = nil
        }
        guard var effect = next else { return }
        effect.deployment = deployment
        effect.call = call
        effect.payer = ForecastPayer(signer)
        effect.signer = signer?.name
        effects.append(effect)
        next = nil
    }
}

/// Who pays for a transaction of a plan.
enum ForecastPayer: Sendable {
    /// The sender, whose lane keeps to the network's budget.
    case lane
    /// The sender, and people send it.
    case sender
    /// Whoever executes what a Safe was asked for.
    case somebody

    /// Who pays for what `signer` signs; nil: a devnet's first account.
    init(_ signer: SignerSpec?) {
        switch signer?.form {
        case nil, .key, .keystore, .remote: self = .lane
        case .address: self = .sender
        case .safe: self = .somebody
        }
    }
}
