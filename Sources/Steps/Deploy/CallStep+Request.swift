import EthereumTypes
import Ledger
import Model

extension CallStep {
    /// What is sent for a call, with what tells it from equal ones.
    static func request(_ action: CallAction, to address: Address, _ data: [UInt8]) -> TransactionRequest {
        TransactionRequest(
            step: action.step,
            kind: .call,
            to: address,
            data: data,
            value: action.value,
            gasLimit: action.gasLimit,
            mark: mark(of: action),
            formerMarks: action.formerly.map { OperationMark("call", $0) },
            reach: action.unless == nil ? .ever : .thisRun
        )
    }

    /// By name, address and data a call is made once, whatever deployment, project or network it is for.
    static func mark(of action: CallAction) -> OperationMark { OperationMark("call", action.name) }
}
