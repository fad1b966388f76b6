package import Model

extension StepFailure {
    /// Of what a sender cannot pay for.
    package static let insufficientFundsCode = "insufficient-funds"

    /// A person has to send the sender something.
    static func insufficientFunds(_ message: String, hint: String? = nil) -> StepFailure {
        StepFailure(.blocked, code: insufficientFundsCode, message, hint: hint)
    }

    /// The same of one transaction of a run: what it needs does not suffice for those behind it, which are added up at the end.
    static func insufficientFunds(ofOne message: String) -> StepFailure {
        insufficientFunds(
            message, hint: "the run says at its end what suffices for all that is left; nothing was sent")
    }
}
