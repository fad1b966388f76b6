import EthereumTypes
import Foundation
import Model

/// A run with one of everything: reuse, a failure, a refusal, what they skip, money on two networks.
struct SampleRun {
    /// What happens before any step, and after all of them.
    var started: [Event.Kind] = []
    var finished: [Event.Kind] = []
    /// What steps say, each step's own words in their order.
    var steps: [(step: StepID, kinds: [Event.Kind])] = []

    /// The events with the steps in the order of `order`, as another number of jobs would have them.
    func events(inOrder order: [Int]? = nil) -> [Event] {
        let said = (order ?? Array(steps.indices)).flatMap { position in
            steps[position].kinds.map { (step: Optional(steps[position].step), kind: $0) }
        }
        let all =
            started.map { (step: StepID?.none, kind: $0) } + said + finished.map { (step: nil, kind: $0) }
        return all.enumerated().map { number, event in
            Event(
                sequence: number + 1,
                time: Timestamp(milliseconds: 1_795_312_807_000 + Int64(number)),
                step: event.step,
                kind: event.kind
            )
        }
    }

    static func digest(_ text: String) -> Digest { Digest(of: Data(text.utf8)) }

    static func name(_ text: String) -> ContractName {
        guard let name = ContractName(text) else { preconditionFailure("\(text) is a name") }
        return name
    }

    static func end(_ outcome: Outcome, _ reason: String, milliseconds: Int64 = 812) -> Event.Kind {
        .stepFinished(
            StepEnd(
                outcome,
                attempts: 1,
                durationMilliseconds: milliseconds,
                fingerprint: digest(reason),
                reason: reason
            )
        )
    }

    static func contract(_ name: String, origin: ContractFact.Origin = .file) -> ContractFact {
        ContractFact(
            name: name,
            path: origin == .file ? "contracts/\(name).sol" : "generated/\(name).sol",
            sourceDigest: digest("source of \(name)"),
            origin: origin,
            compilerName: "solc",
            compilerVersion: "0.8.29",
            compilerDigest: Digest(of: Data("solc".utf8)),
            abiDigest: digest("abi of \(name)"),
            initCodeDigest: digest("init of \(name)"),
            runtimeCodeDigest: digest("runtime of \(name)"),
            initCodeBytes: 5_120,
            runtimeCodeBytes: 4_870
        )
    }

    static let reentrancy = Finding(
        id: "reentrancy-1",
        tool: "hyperkit",
        rule: "reentrancy",
        severity: .high,
        confidence: .high,
        contract: "Vault",
        function: "withdraw(uint256)",
        location: Finding.Span(
            file: "contracts/Vault.sol",
            line: 41,
            column: 9,
            endLine: 41,
            text: #"        (bool ok, ) = msg.sender.call{value: amount}("");"#
        ),
        title: "Reentrancy",
        description: "the balance is written after this call, at line 43",
        recommendation: "write balances[msg.sender] before the call, or guard the function against re-entry",
        classification: Finding.Classification(swc: "SWC-107", owasp: "SC08:2026", cwe: "CWE-841"),
        alsoReportedBy: ["slither/reentrancy-eth"]
    )

    static let pragma = Finding(
        id: "pragma-1",
        tool: "slither",
        rule: "solc-version",
        severity: .informational,
        confidence: .high,
        contract: "Token",
        location: Finding.Span(
            file: "contracts/Token.sol", line: 2, column: 1, endLine: 2, text: "pragma solidity ^0.8.20;"),
        title: "Floating pragma",
        description: "several compilers may build it",
        recommendation: "name one version"
    )

    static func audit(_ contract: String, _ findings: [Finding], slither: ToolEnd = .ok) -> AuditFact {
        let isRefused = findings.contains { $0.severity >= .high }
        return AuditFact(
            contract: contract,
            tools: [
                ToolRun(name: "solc", version: "0.8.29", digest: digest("solc"), end: .ok),
                ToolRun(name: "hyperkit", version: "0.1.0", end: .ok),
                ToolRun(
                    name: "slither", version: "0.11.3", digest: digest("slither"), end: slither,
                    message: slither == .ok ? nil : "it did not end within 60 s"),
            ],
            findings: findings,
            verdicts: [
                Verdict(
                    contract: contract,
                    network: "sepolia",
                    policy: "strict",
                    codeDigest: digest("runtime of \(contract)"),
                    passed: !isRefused,
                    reasons: isRefused ? ["1 high"] : [],
                    refused: isRefused ? findings.filter { $0.severity >= .high }.map(\.id) : []
                )
            ]
        )
    }

    static func deployed(_ network: String, _ chainID: UInt64, fee: String) -> DeploymentFact {
        DeploymentFact(
            name: "token",
            contract: "Token",
            network: network,
            chainID: chainID,
            action: .created,
            reason: "not deployed on this chain yet",
            address: "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
            codeMatches: true,
            transactionHash: Keccak256.hash("token on \(network)".utf8).description,
            blockNumber: 1_204,
            gasUsed: 1_204_331,
            feePaidWei: fee,
            constructorArguments: "0x00"
        )
    }

    static func planned(_ name: String, _ contract: String, _ network: String, _ chain: UInt64) -> PlannedStep
    {
        PlannedStep(
            id: .deploy(name, on: network),
            needs: [.compile(Self.name(contract)), .audit(Self.name(contract))],
            pool: "network:\(network)",
            deployment: PlannedDeployment(name: name, contract: contract, network: network, chainID: chain)
        )
    }
}
