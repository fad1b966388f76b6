import Engine
import Ethereum
import EthereumTypes
import Model

/// Whether what the manifest says of a deployment's functions fits its contract.
///
/// Asks no chain: what is wrong here is wrong whatever a chain says, so it is found before anything of the deployment is sent.
/// Addresses that are not known yet have a placeholder, which has their type.
struct InterfaceCheck {
    private let abi: ContractABI
    private let network: NetworkSpec

    /// Looks at the calls of a deployment, at what `checks` asks of it, and at what its proxy is made with.
    ///
    /// - Parameters:
    ///   - action: The deployment as its users see it.
    ///   - proxy: Its proxy, where it has one.
    ///   - inputs: What the compile step of the contract stored.
    /// - Throws: ``StepFailure`` for the first problem, with the places of all: `no-function`, `bad-argument`, `bad-read` or
    ///   `not-payable`.
    static func check(
        _ action: DeployAction,
        behind proxy: ProxySpec? = nil,
        _ inputs: StepInputs
    ) throws(StepFailure) {
        guard !action.calls.isEmpty || !action.expectations.isEmpty || proxy != nil else { return }
        let check = InterfaceCheck(
            abi: try EffectContext.abi(try inputs[action.compile]), network: action.network)
        let failures = check.failures(action, proxy)
        guard var failure = failures.first else { return }
        failure.diagnostics = failures.flatMap(\.diagnostics)
        throw failure
    }

    private func failures(_ action: DeployAction, _ proxy: ProxySpec?) -> [StepFailure] {
        var failures: [StepFailure?] = []
        if let proxy {
            failures.append(failure("initialize") { () throws(StepFailure) in try initialize(proxy, action) })
            failures.append(failure("owner") { () throws(StepFailure) in try owner(proxy) })
        }
        for call in action.calls {
            let name = "call \(call.name)"
            failures.append(
                failure(name) { () throws(StepFailure) in
                    try function(call.function, call.arguments, value: call.value)
                })
            if let unless = call.unless {
                failures.append(
                    failure(name) { () throws(StepFailure) in
                        try read(unless.read, unless.equals, "unless.equals")
                    })
            }
        }
        for expectation in action.expectations {
            failures.append(
                failure("check \(expectation.name)") { () throws(StepFailure) in
                    try read(expectation.read, expectation.equals, "checks.\(expectation.name).equals")
                })
        }
        return failures.compactMap(\.self)
    }

    /// What is wrong with a part of the deployment, under that part's name; nil where nothing is.
    private func failure(_ part: String, _ look: () throws(StepFailure) -> Void) -> StepFailure? {
        do throws(StepFailure) {
            try look()
            return nil
        } catch {
            var named = error
            named.message = "\(part): \(error.message)"
            return named
        }
    }

    private func initialize(_ proxy: ProxySpec, _ action: DeployAction) throws(StepFailure) {
        guard let call = proxy.initialize else {
            guard action.value > .zero else { return }
            throw Self.notPayable("a proxy that is not initialized", action.value, at: action.location)
        }
        try function(call.function, call.arguments, value: action.value)
    }

    private func owner(_ proxy: ProxySpec) throws(StepFailure) {
        guard let owner = proxy.owner else { return }
        do {
            let input = try resolution(owner.references).input(.text(owner))
            _ = try ABIType.address.value(from: input, path: "owner")
        } catch let error as ABIInputError {
            throw StepFailure(error, at: owner.location)
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw StepFailure(code: "bad-argument", "\(error)")
        }
    }

    private func function(
        _ named: Located<String>,
        _ arguments: Arguments,
        value: Wei
    ) throws(StepFailure) {
        _ = try CallStep.callData(named, arguments, abi, resolution(arguments.references))
        let function = try CallStep.function(named, abi)
        guard value > .zero, function.mutability != .payable else { return }
        throw Self.notPayable(function.signature, value, at: named.location)
    }

    private static func notPayable(_ what: String, _ value: Wei, at location: FileLocation?) -> StepFailure {
        let message = "\(what) takes no value, and 'value' is \(value) wei"
        let hint = "call a function that is payable, or take 'value' away"
        return StepFailure(
            code: "not-payable",
            message,
            diagnostics: [.error("not-payable", message, at: location, hint: hint)]
        )
    }

    private func read(_ named: Located<String>, _ equals: Argument, _ path: String) throws(StepFailure) {
        _ = try ContractReading(named, equals: equals, of: path)
            .question(abi, resolution(equals.references))
    }

    private func resolution(_ references: [Interpolated.Reference]) -> ArgumentResolution {
        .placeholders(for: references, on: network)
    }
}
