import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

extension EffectContext {
    /// Refuses to go ahead of what a step needs and somebody else was asked to do.
    ///
    /// - Parameters:
    ///   - fact: What became of that.
    ///   - needed: Its step.
    ///   - account: Who would send now; who was asked does one after the other.
    ///   - network: Where.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `waits`.
    func requireThere(
        _ fact: DeploymentFact,
        _ needed: StepID,
        before account: Address,
        on network: OpenNetwork
    ) throws(StepFailure) {
        guard fact.action == .proposed else { return }
        try requireExecuted(needed, before: account, on: network)
    }

    /// The same of a step that people are asked for.
    func requireExecuted(
        _ needed: StepID,
        before account: Address,
        on network: OpenNetwork
    ) throws(StepFailure) {
        guard let open = try openProposal(of: needed, on: network), open.intent.lane.sender != account
        else { return }
        throw StepFailure(
            .blocked,
            code: "waits",
            "\(open.intent.lane.sender) is asked for \(needed), and \(account) can do this only behind it",
            hint: "have that signed and executed, then run again; nothing was sent"
        )
    }

    /// Has a transaction sent and takes it to its end, or asks people for it.
    ///
    /// - Parameters:
    ///   - request: What is to be sent.
    ///   - sending: Who sends it.
    ///   - network: Where.
    ///   - progress: Hears how far it is.
    ///   - usable: What steps that need it can use as soon as a block has it.
    /// - Returns: What became of it.
    /// - Throws: As ``TransactionSender/settle(_:signedBy:)`` and ``propose(_:from:on:)``.
    func send(
        _ request: TransactionRequest,
        _ sending: Sending,
        on network: OpenNetwork,
        progress: StepProgress,
        usable: @escaping @Sendable (ChainOperation) throws(StepFailure) -> [Performed.NewOutput]?
    ) async throws(StepFailure) -> Sent {
        try request.allowance.check(sender: sending.address)
        switch sending {
        case .signed(let signer):
            try takeBack(request.step, from: nil, on: network)
            let sender = try await sender(
                signer.address, on: network, progress: progress, usable: usable)
            return .settled(try await sender.settle(request, signedBy: signer))
        case .proposed(let account):
            try takeBack(request.step, from: account.address, on: network)
            return .proposed(try await propose(request, from: account, on: network))
        }
    }

    func withdraw(_ proposal: Proposal, _ reason: String) throws(StepFailure) {
        try inLedger { () throws(LedgerError) in try ledger.withdraw(proposal, reason: reason) }
    }

    /// Writes down what people are to send.
    ///
    /// The same again has the same nonce as long as that is free, and so does another that takes its place: of both at most
    /// one can come to a block.
    ///
    /// - Returns: What people must do, where steps that need this one may be asked for with it.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `unsigned`, once it is written, where those must wait.
    private func propose(
        _ request: TransactionRequest,
        from account: PeoplesAccount,
        on network: OpenNetwork
    ) async throws(StepFailure) -> StepFailure {
        let lane = network.lane(of: account.address)
        switch account.kind {
        case .key: try await propose(request, fromKeyOf: account, lane, on: network)
        case .safe(let multiSend):
            return try await propose(
                request, fromSafe: account, multiSend ?? SafeProposal.multiSend, lane, on: network)
        }
    }

    /// What is asked for, as the ledger keeps it.
    func intent(
        _ request: TransactionRequest,
        _ lane: ChainOperation.Lane,
        on network: OpenNetwork
    ) -> Proposal.Intent {
        Proposal.Intent(
            run: run,
            project: project,
            step: request.step,
            network: network.spec.name,
            lane: lane,
            to: request.to,
            value: request.value,
            payloadHash: request.payloadHash,
            creates: request.creates,
            storageLayout: request.storageLayout
        )
    }

    /// Writes a file beside the report.
    func write(_ bytes: Data, to file: String) throws(StepFailure) {
        do throws(FileError) {
            try world.files.write("\(proposals)/\(file)", bytes, true)
        } catch {
            throw StepFailure(.environment, code: "unusable-path", "\(error)")
        }
    }
}
