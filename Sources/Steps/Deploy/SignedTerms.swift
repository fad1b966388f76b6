import Model

/// On which terms a run goes on with what an earlier run signed.
///
/// A class, since it is handed on through asynchronous calls whose other arguments are many.
final class SignedTerms: Sendable {
    /// Who would send it now; nil: the network's own account.
    let signer: SignerSpec?
    /// What one that pays more is to be known by.
    let mark: OperationMark
    /// The most gas that it may use now; nil: what the network allows.
    let gasLimit: UInt64?
    /// What the approved plan allows it; where that is nothing, it goes on record where a block has it, and is not sent.
    let allowance: Allowance

    init(signer: SignerSpec?, mark: OperationMark, gasLimit: UInt64?, allowance: Allowance) {
        (self.signer, self.mark, self.gasLimit, self.allowance) = (signer, mark, gasLimit, allowance)
    }
}
