import Model

extension SampleRun {
    static let header = RunHeader(
        id: "2026-11-22T02-00-07Z-4f1c",
        project: "treasury",
        startedAt: Timestamp(milliseconds: 1_795_312_807_000),
        hyperkitVersion: "0.1.0",
        manifests: [],
        actor: "ada"
    )

    /// Two steps done together, one tried twice, and all that takes no time; each with the moment of its happening.
    static let traced: [Event] = {
        let (token, vault) = (name("Token"), name("Vault"))
        let deploy = StepID.deploy("token", on: "devnet")
        let chain = NetworkFact(name: "devnet", chainID: 31_337, genesisHash: nil, status: .used)
        let note = Diagnostic(.note, "implied-option", "'mintable' implies 'access: ownable'")
        let call = CallFact(
            name: "setFee", deployment: "token", network: "devnet", function: "setFee(uint256)",
            address: "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", isMade: false, reason: "fee() is 25")
        let happened: [(Int64, StepID?, Event.Kind)] = [
            (3, nil, .runStarted(header)),
            (
                3, nil,
                .planned([
                    PlannedStep(id: .compile(token), needs: [], pool: "cpu"),
                    PlannedStep(id: .compile(vault), needs: [], pool: "cpu"),
                    PlannedStep(id: .audit(token), needs: [.compile(token)], pool: "cpu"),
                    PlannedStep(id: .audit(vault), needs: [.compile(vault)], pool: "cpu"),
                    planned("token", "Token", "devnet", 31_337),
                    PlannedStep(
                        id: .call("setFee", of: "token", on: "devnet"), needs: [deploy],
                        pool: "network:devnet"),
                ])
            ),
            (4, nil, .fact(.note(note))),
            (10, .compile(token), .stepStarted(attempt: 1)),
            (10, .compile(vault), .stepStarted(attempt: 1)),
            (200, .compile(token), .fact(.contract(contract("Token")))),
            (200, .compile(token), end(.succeeded([]), "it has not been done before", milliseconds: 95)),
            (
                200, .compile(vault),
                end(.succeeded([]), "source contracts/Vault.sol changed", milliseconds: 95)
            ),
            (210, .audit(token), .fact(.audit(audit("Token", [pragma])))),
            (210, .audit(token), end(.reused([]), "nothing changed", milliseconds: 1)),
            (211, deploy, .stepStarted(attempt: 1)),
            (212, .audit(vault), .stepStarted(attempt: 1)),
            (300, nil, .fact(.network(chain))),
            (310, deploy, .stepProgressed("attempt 1 of 4 failed: the node does not answer")),
            (900, deploy, .stepStarted(attempt: 2)),
            (950, .audit(vault), end(.refused(reason: "1 high"), "")),
            (1_000, deploy, .fact(.deployment(deployed("devnet", 31_337, fee: "1204331000000000")))),
            (1_000, deploy, end(.succeeded([]), "not deployed on this chain yet")),
            (1_001, .call("setFee", of: "token", on: "devnet"), .stepStarted(attempt: 1)),
            (1_002, .call("setFee", of: "token", on: "devnet"), .fact(.call(call))),
            (1_002, .call("setFee", of: "token", on: "devnet"), end(.cancelled, "")),
            (
                1_003, nil,
                .runFinished(
                    RunEnd(
                        status: .refused, exitCode: 3, finishedAt: Timestamp(milliseconds: 1_795_312_808_003),
                        durationMilliseconds: 1_003))
            ),
        ]
        return happened.enumerated().map { number, event in
            Event(
                sequence: number + 1,
                time: Timestamp(milliseconds: header.startedAt.milliseconds + event.0),
                step: event.1,
                kind: event.2
            )
        }
    }()
}
