import Ethereum
import EthereumTypes
import Model

/// What transactions of one sender need, as the node estimates it.
struct GasEstimates: Sendable {
    /// The code of the failure of one that would revert.
    static let wouldRevert = "would-revert"

    private let network: OpenNetwork
    private let sender: Address

    init(_ network: OpenNetwork, _ sender: Address) {
        self.network = network
        self.sender = sender
    }

    /// The gas limit of each, asked for in as few exchanges as may be: the estimate with a fifth on top, at most what a
    /// transaction may use, with the mark of what it is for.
    ///
    /// - Throws: ``StepFailure`` where no node can be spoken to.
    func limits<Key: Hashable & Comparable>(
        of requests: [Key: TransactionRequest]
    ) async throws(StepFailure) -> [Key: Result<UInt64, StepFailure>] {
        let asked = requests.sorted { $0.key < $1.key }
        let calls = asked.map { _, request in
            CallRequest(from: sender, to: request.to, data: request.data, value: request.value)
        }
        let answers: [Result<UInt64, RPCFailure>]
        do throws(RPCFailure) {
            answers = try await network.rpc.estimateGas(calls)
        } catch {
            throw StepFailure(error, on: network.spec)
        }
        var limits: [Key: Result<UInt64, StepFailure>] = [:]
        for ((key, request), answer) in zip(asked, answers) {
            do throws(StepFailure) {
                limits[key] = .success(try limit(of: request, answer))
            } catch {
                limits[key] = .failure(error)
            }
        }
        return limits
    }

    private func limit(
        of request: TransactionRequest,
        _ answer: Result<UInt64, RPCFailure>
    ) throws(StepFailure) -> UInt64 {
        let name = network.spec.name
        let estimate: UInt64
        do throws(RPCFailure) {
            estimate = try answer.get()
        } catch {
            if case .node(let fault) = error, fault.isRevert {
                let reason = RevertReason(fault.revertData ?? [], abi: request.abi)
                throw StepFailure(
                    code: Self.wouldRevert,
                    "it would revert on '\(name)': \(reason)",
                    hint: "nothing was sent; check the arguments and what the code demands of its caller"
                )
            }
            if case .node(let fault) = error, fault.kind == .insufficientFunds {
                throw .insufficientFunds(
                    ofOne: "\(sender) cannot pay for this on '\(name)': \(fault.message)")
            }
            throw StepFailure(error, on: network.spec)
        }
        let ceiling = network.spec.limits.maxTransactionGas
        guard max(estimate, request.gasLimit?.value ?? 0) <= ceiling else {
            let (words, hint) =
                estimate > ceiling
                ? ("it needs \(estimate) gas", "make it smaller, or part it in several")
                : ("its 'gasLimit' is \(request.gasLimit?.value ?? 0)", "lower it")
            throw StepFailure(
                code: "gas-limit",
                "\(words), and a transaction on '\(name)' may use \(ceiling)",
                hint: "\(hint), or raise limits.transactionGas where the network takes more; nothing was sent"
            )
        }
        if let given = request.gasLimit?.value {
            guard estimate <= given else {
                throw StepFailure(
                    code: "gas-limit",
                    "it needs \(estimate) gas on '\(name)', and its 'gasLimit' is \(given)",
                    hint: "raise 'gasLimit', or leave it away; nothing was sent"
                )
            }
            try request.allowance.check(gas: given)
            return request.mark.gasLimit(atMost: given, needed: estimate)
        }
        try request.allowance.check(gas: estimate)
        let most = min(
            DeploymentForecast.GasBound.estimated(estimate), ceiling, request.allowance.gas ?? .max)
        return request.mark.gasLimit(atMost: max(estimate, most), needed: estimate)
    }
}
