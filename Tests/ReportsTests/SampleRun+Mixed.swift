import EthereumTypes
import Foundation
import Model

extension SampleRun {
    /// One contract refused, one that does not compile, one deployed on a devnet and on Sepolia.
    static let mixed: SampleRun = {
        let token = name("Token")
        let vault = name("Vault")
        let broken = name("Broken")
        let coin = name("Coin")
        let failure = StepFailure(
            code: "compile-error",
            "solc found 1 error",
            diagnostics: [
                Diagnostic(
                    .error, "solc-7576", "Undeclared identifier.",
                    at: FileLocation(file: "contracts/Broken.sol", line: 7, column: 16),
                    line: "        return totl;", length: 4, hint: nil)
            ]
        )
        var run = SampleRun()
        run.started = [
            .runStarted(
                RunHeader(
                    id: "2026-11-22T02-00-07Z-4f1c",
                    project: "treasury",
                    startedAt: Timestamp(milliseconds: 1_795_312_807_000),
                    hyperkitVersion: "0.1.0",
                    manifests: [Manifest.File(path: "manifests/treasury.yaml", digest: digest("manifest"))],
                    actor: "ada"
                )
            ),
            .planned([
                PlannedStep(id: .generate(coin), needs: [], pool: "cpu"),
                PlannedStep(id: .compile(token), needs: [], pool: "cpu"),
                PlannedStep(id: .compile(vault), needs: [], pool: "cpu"),
                PlannedStep(id: .compile(broken), needs: [], pool: "cpu"),
                PlannedStep(id: .audit(token), needs: [.compile(token)], pool: "cpu"),
                PlannedStep(id: .audit(vault), needs: [.compile(vault)], pool: "cpu"),
                PlannedStep(id: .audit(broken), needs: [.compile(broken)], pool: "cpu"),
                planned("token", "Token", "devnet", 31_337),
                planned("token", "Token", "sepolia", 11_155_111),
                planned("vault", "Vault", "sepolia", 11_155_111),
                planned("broken", "Broken", "devnet", 31_337),
                PlannedStep(
                    id: .call("setFee", of: "token", on: "sepolia"), needs: [.deploy("token", on: "sepolia")],
                    pool: "network:sepolia"),
            ]),
        ]
        run.steps = [
            (
                .generate(coin),
                [
                    .fact(
                        .note(
                            Diagnostic(
                                .note, "implied-option", "'mintable' implies 'access: ownable'",
                                at: FileLocation(file: "manifests/treasury.yaml", line: 12, column: 5)))),
                    end(
                        .reused([Output(name: "Coin.sol", digest: digest("coin"), bytes: 2_048)]), "unchanged"
                    ),
                ]
            ),
            (
                .compile(token),
                [
                    .stepStarted(attempt: 1), .fact(.contract(contract("Token"))),
                    end(.reused([Output(name: "abi.json", digest: digest("abi"), bytes: 512)]), "unchanged"),
                ]
            ),
            (
                .compile(vault),
                [.fact(.contract(contract("Vault"))), end(.succeeded([]), "Vault.sol changed")]
            ),
            (.compile(broken), [end(.failed(failure), "it is new")]),
            (
                .audit(token),
                [.fact(.audit(audit("Token", [pragma]))), end(.succeeded([]), "slither changed")]
            ),
            (
                .audit(vault),
                [
                    .fact(.audit(audit("Vault", [reentrancy], slither: .timedOut))),
                    end(.refused(reason: "policy strict refuses on sepolia: 1 high"), "Vault.sol changed"),
                ]
            ),
            (.audit(broken), [end(.skipped(after: .compile(broken)), "")]),
            (
                .deploy("token", on: "devnet"),
                [
                    .fact(.network(network("devnet", 31_337))),
                    .fact(.deployment(deployed("devnet", 31_337, fee: "1204331000000000"))),
                    end(.succeeded([]), "not deployed on this chain yet"),
                ]
            ),
            (
                .deploy("token", on: "sepolia"),
                [
                    .stepProgressed("sent, 1 of 3 confirmations"),
                    .fact(.network(network("sepolia", 11_155_111))),
                    .fact(.deployment(deployed("sepolia", 11_155_111, fee: "18100000000000000"))),
                    end(.succeeded([]), "not deployed on this chain yet", milliseconds: 64_400),
                ]
            ),
            (.deploy("vault", on: "sepolia"), [end(.skipped(after: .audit(vault)), "")]),
            (.deploy("broken", on: "devnet"), [end(.skipped(after: .audit(broken)), "")]),
            (
                .call("setFee", of: "token", on: "sepolia"),
                [
                    .fact(
                        .call(
                            CallFact(
                                name: "setFee", deployment: "token", network: "sepolia",
                                function: "setFee(uint256)",
                                address: "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", isMade: true,
                                reason: "fee() is 0, not 25",
                                transactionHash: Keccak256.hash("setFee".utf8).description,
                                blockNumber: 1_207,
                                gasUsed: 44_120, feePaidWei: "88240000000000"))),
                    end(.succeeded([]), "fee() is 0, not 25"),
                ]
            ),
        ]
        run.finished = [
            .runFinished(
                RunEnd(
                    status: .failed, exitCode: 1, finishedAt: Timestamp(milliseconds: 1_795_312_874_400),
                    durationMilliseconds: 67_400,
                    paid: [
                        "devnet": RunEnd.Paid(feesWei: "1204331000000000", valueWei: "0"),
                        "sepolia": RunEnd.Paid(feesWei: "18188240000000000", valueWei: "0"),
                    ]))
        ]
        return run
    }()

    private static func network(_ name: String, _ chainID: UInt64) -> NetworkFact {
        NetworkFact(
            name: name, chainID: chainID, genesisHash: Keccak256.hash(name.utf8).description, status: .used)
    }
}
