import Engine
import Ethereum
import EthereumTypes
import Model

/// The least that everything one sender deploys in a run will cost; looked at before its first transaction.
struct LaneCost: Sendable {
    /// 200 gas a byte of runtime code (the Yellow Paper's G_codedeposit).
    private static let gasPerStoredByte: UInt64 = 200

    private var count = 0
    private var gas: UInt64 = 0
    private var value = Wei.zero

    /// Adds up what is known from the compiled contracts; constructors' own work is not known and not counted.
    ///
    /// What `deployed` gives the init code of, where that is the same, costs nothing: it is kept, or only its arguments changed,
    /// which is not known here; nor is code known whose libraries are not. What has a salt may be there already.
    init(
        _ action: DeployAction,
        _ inputs: StepInputs,
        deployed: (DeployAction.LaneMate) throws(StepFailure) -> Digest?
    ) throws(StepFailure) {
        for mate in action.laneMates {
            // One that did not compile is not deployed.
            guard let compiled = try? inputs[mate.compile] else { continue }
            if mate.name != action.name, mate.isSalted { continue }
            if mate.redeploy != .always, mate.name != action.name, let initCode = try deployed(mate) {
                let isSame = initCode == compiled.digest(CompileOutput.initCode)
                let isLinked = try !CompilationV1.read(compiled).links.isEmpty
                if isSame || isLinked || mate.redeploy == .never { continue }
            }
            let initCode = Array(try compiled.bytes(CompileOutput.initCode))
            let runtime = try compiled.bytes(CompileOutput.runtimeCode)
            let creation = Transaction(
                form: .legacy(gasPrice: .zero, chainID: nil),
                nonce: 0,
                gasLimit: 0,
                to: nil,
                value: .zero,
                data: initCode
            )
            gas += GasRules.prague.intrinsicGas(of: creation) + UInt64(runtime.count) * Self.gasPerStoredByte
            value = value + mate.value
            count += 1
        }
    }

    /// Compares the sender's balance with the cost at the chain's current price.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `insufficient-funds`, that names the shortfall.
    func check(_ network: OpenNetwork, sender: Address, named name: String?) async throws(StepFailure) {
        guard count > 0 else { return }
        let price = try await GasPrice.now(network)
        let least = price.most * gas + value
        let balance = try await network.balance(of: sender)
        guard balance >= least else {
            let what = count == 1 ? "1 deployment needs" : "\(count) deployments need"
            let who = name.map { "signer '\($0)' (\(sender))" } ?? "\(sender)"
            throw .insufficientFunds(
                ofOne:
                    "\(who) has \(balance.ether(places: 6)) ether on '\(network.spec.name)'; its \(what) at least "
                    + "\(least.ether(places: 6)) ether"
            )
        }
    }
}
