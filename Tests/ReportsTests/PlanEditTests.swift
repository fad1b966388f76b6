import EthereumTypes
import Foundation
import Model
import Support
import Testing

@testable import Reports

/// What an edit of a plan file by hand does, field by field: no edit changes unseen what is done.
@Suite struct PlanEditTests {
    /// What becomes of an edit.
    enum Meaning: Hashable {
        /// It is refused when the plan is applied.
        case refused
        /// It is a bound, which whoever edits it takes on himself.
        case bound
        /// It says something and changes nothing.
        case information
    }

    struct Edit: Sendable, CustomTestStringConvertible {
        /// `deployments.calls.name`: of each list the first entry.
        var path: String
        /// What it is changed to, as JSON; nil: it is taken out.
        var value: String?
        var meaning: Meaning
        var testDescription: String { "\(path) → \(value ?? "nothing"): \(meaning)" }
    }

    private static let made = Timestamp(milliseconds: 1_764_000_000_000)
    private static let vault = StepID.deploy("vault", on: "sepolia")
    private static let setFee = StepID.call("setFee", of: "vault", on: "sepolia")
    private static let chains = [
        PlannedChain.numbered(11_155_111, as: "sepolia", block0: "genesis"),
        .numbered(80_002, as: "amoy", block0: "other"),
    ]

    /// What a run would do when the plan is made, and when it is applied; it has everything that a plan can have.
    private static let forecast: DeploymentForecast = {
        var call = DeploymentForecast.Call(
            name: "setFee", function: "setFee(uint256)", arguments: #"["25"]"#, sender: "0xA", to: "0x1",
            data: "0x25", valueWei: "5", reason: "fee() is 7", maxGas: 50_000, maxCostWei: "500",
            gasBound: .estimated)
        call.values = ["uint256 fee: 25"]
        call.proposedIn = "run-1"
        call.signers = [ReadSigner(name: "dao", address: "0xD")]
        call.deployments = [ReadDeployment(name: "asset@amoy", address: "0x5")]
        call.unless = #"fee() equals "25""#
        call.formerly = ["fee"]
        call.past = [PastCall(.made, "0x8"), PastCall(.asked, "run-2")]
        var forecast = DeploymentForecast(
            step: vault, network: "sepolia", action: .upgrade, reason: "its code changed", sender: "0xA",
            address: "0x1", initCodeDigest: Digest(of: Data("linked".utf8)), arguments: #"["1"]"#,
            valueWei: "3", calls: [call], maxGas: 120_000, maxCostWei: "3000",
            unlinkedCodeDigest: Digest(of: Data("unlinked".utf8)), libraries: #"{Math: "0x1"}"#,
            salt: #"createx ["v1"]"#, gasBound: .simulated, replaces: "0x2")
        forecast.values = ["uint256 supply: 1"]
        forecast.proposedIn = "run-1"
        forecast.replacesSince = 9
        forecast.signers = [ReadSigner(name: "dao", address: "0xD")]
        forecast.deployments = [ReadDeployment(name: "asset@amoy", address: "0x5")]
        forecast.leftOut = ["close"]
        return forecast
    }()

    private static func plan() -> PlanV2 {
        PlanV2(
            project: "treasury",
            manifests: [.init(path: "m.yaml", digest: Digest(of: Data("m".utf8)))],
            createdAt: made, chains: chains,
            steps: [
                .init(id: vault, action: "upgrade", reasons: ["its code changed"]),
                .init(id: setFee, action: "call", reasons: ["fee() is 7"]),
            ],
            forecasts: [forecast],
            signedBefore: [
                .init(
                    id: .call("old", of: "vault", on: "sepolia"), network: "sepolia", run: "run-0", nonce: 4,
                    transactionHash: "0x4", valueWei: "0", state: "sent")
            ])
    }

    private static let digest = "\"\(Digest(of: Data("other".utf8)))\""
    private static let hash = "\"\(Keccak256.hash("another".utf8))\""

    static let edits: [Edit] = {
        func edits(_ meaning: Meaning, _ all: [(String, String?)]) -> [Edit] {
            all.map { Edit(path: $0.0, value: $0.1, meaning: meaning) }
        }
        let call = "deployments.calls"
        return edits(
            .refused,
            [
                ("version", "1"), ("project", #""other""#),
                ("expiresAt", #""2020-01-01T00:00:00.000Z""#), ("expiresAt", #""9999-99-99T99:99:99.999Z""#),
                ("networks.name", #""main""#), ("networks.chainId", "1"), ("networks.genesisHash", hash),
                ("networks.genesisHash", nil), ("networks", "[]"),
                // That of a deployment which is only read.
                ("networks.1.name", #""main""#), ("networks.1.chainId", "1"),
                ("networks.1.genesisHash", nil),
                ("steps.id", #""deploy:other@sepolia""#), ("steps.action", #""keep""#), ("steps", "[]"),
                ("deployments.id", #""other@sepolia""#), ("deployments.action", #""keep""#),
                ("deployments.action", #""blocked""#), ("deployments.action", #""create""#),
                ("deployments.sender", #""0xB""#), ("deployments.sender", nil),
                ("deployments.address", #""0x2""#), ("deployments.address", nil),
                ("deployments.arguments", #""[]""#), ("deployments.valueWei", #""4""#),
                ("deployments.maxCostWei", #""many""#),
                ("deployments.unlinkedCodeDigest", digest), ("deployments.unlinkedCodeDigest", nil),
                ("deployments.libraries", #""none""#), ("deployments.libraries", nil),
                ("deployments.salt", #""v2""#), ("deployments.salt", nil),
                ("deployments.gasBound", #""guess""#),
                ("deployments.replaces", #""0x3""#), ("deployments.replaces", nil),
                ("deployments.replacesSince", "10"), ("deployments.replacesSince", nil),
                ("deployments.signers.name", #""ci""#), ("deployments.signers.address", #""0xE""#),
                ("deployments.signers.address", nil), ("deployments.signers", nil),
                ("deployments.addresses.name", #""token@amoy""#),
                ("deployments.addresses.address", #""0x6""#),
                ("deployments.addresses", nil), ("deployments.leftOut", #"["setFee"]"#),
                ("deployments.calls", "[]"), (call + ".name", #""other""#),
                (call + ".function", #""set()""#), (call + ".arguments", #""[]""#),
                (call + ".sender", #""0xB""#), (call + ".sender", nil), (call + ".valueWei", #""6""#),
                (call + ".maxCostWei", #""-1""#), (call + ".gasBound", #""guess""#),
                (call + ".signers.name", #""ci""#), (call + ".signers.address", #""0xE""#),
                (call + ".signers.address", nil), (call + ".signers", nil),
                (call + ".addresses.name", #""token@amoy""#), (call + ".addresses.address", #""0x6""#),
                (call + ".addresses", nil),
                (call + ".unless", #""fee() equals 26""#), (call + ".unless", nil),
                (call + ".formerly", #"["pay"]"#), (call + ".formerly", nil),
                (call + ".madeBefore", #"["0x9"]"#), (call + ".madeBefore", nil),
                (call + ".askedBefore", #"["run-3"]"#), (call + ".askedBefore", nil),
                // What is needed is more.
                ("deployments.maxGas", "100"), ("deployments.maxCostWei", #""10""#),
                (call + ".maxGas", "100"), (call + ".maxCostWei", #""10""#),
            ])
            + edits(
                .bound,
                [
                    ("expiresAt", #""2099-01-01T00:00:00.000Z""#), ("deployments.maxGas", "900000"),
                    ("deployments.maxGas", nil), ("deployments.maxCostWei", #""90000""#),
                    ("deployments.maxCostWei", nil), (call + ".maxGas", "900000"), (call + ".maxGas", nil),
                    (call + ".maxCostWei", #""90000""#), (call + ".maxCostWei", nil),
                    // Whoever adds it says that he knows of it.
                    (call + ".madeBefore", #"["0x8", "0x9"]"#),
                    (call + ".askedBefore", #"["run-2", "run-3"]"#),
                    // Only what is named is sent again.
                    ("signedBefore.transactionHash", #""0x5""#), ("signedBefore", nil),
                ])
            + edits(
                .information,
                [
                    ("manifests.path", #""n.yaml""#), ("manifests.digest", digest), ("manifests", "[]"),
                    ("createdAt", #""soon""#), ("steps.reasons", "[]"), ("deployments.reason", #""why""#),
                    // The code without its libraries' addresses counts.
                    ("deployments.initCodeDigest", digest), ("deployments.initCodeDigest", nil),
                    ("deployments.values", "[]"), ("deployments.gasBound", #""rule""#),
                    ("deployments.gasBound", nil), ("deployments.proposedIn", #""run-9""#),
                    // What it was made without would be asked for, and be refused where it is needed.
                    ("deployments.leftOut", nil),
                    // Both follow from what is compared: the address of the deployment, function, arguments and addresses.
                    (call + ".to", #""0x3""#), (call + ".data", #""0x26""#), (call + ".values", "[]"),
                    (call + ".gasBound", #""rule""#), (call + ".proposedIn", #""run-9""#),
                    ("signedBefore.id", #""call:vault@sepolia/new""#), ("signedBefore.network", #""amoy""#),
                    ("signedBefore.run", #""run-9""#), ("signedBefore.nonce", "5"),
                    ("signedBefore.valueWei", #""1""#), ("signedBefore.state", #""included""#),
                ])
    }()

    private typealias Members = [String: Any]

    private static func members(_ plan: PlanV2) throws -> Members {
        try #require(try JSONSerialization.jsonObject(with: plan.json()) as? Members)
    }

    private static func read(_ json: Data) throws -> ApprovedPlan {
        try PlanV2(reading: json, at: made).approved(for: "treasury")
    }

    /// What applying a plan takes from it beside what it compares.
    private static func taken(_ plan: ApprovedPlan) -> [String] {
        plan.signedBefore.sorted()
            + plan.steps.flatMap { step -> [String] in
                guard let forecast = plan[step] else { return [] }
                let calls = forecast.calls.map {
                    "\($0.maxGas ?? 0) \($0.maxCostWei ?? "") \($0.sender ?? "") \($0.past)"
                }
                return [
                    "\(step) \(forecast.action) \(forecast.maxGas ?? 0) \(forecast.maxCostWei ?? "") "
                        + "\(forecast.sender ?? "") \(forecast.replaces ?? "") \(forecast.network)"
                ] + calls
            }
    }

    private static func departures(_ plan: ApprovedPlan) -> [String] {
        plan.departures(of: [forecast], on: chains) + plan.reorderings(of: [forecast], in: [vault, setFee])
    }

    @Test(arguments: edits) func anEditIsRefusedOrABoundOrInformation(_ edit: Edit) throws {
        let json = try Self.plan().json()
        let before = Self.taken(try Self.read(json))
        let edited = try JSONEdit(edit.path, edit.value).applied(to: json)
        let plan: ApprovedPlan
        do {
            plan = try Self.read(edited)
        } catch is PlanFileError {
            #expect(edit.meaning == .refused)
            return
        }
        let found = Self.departures(plan)
        switch edit.meaning {
        case .refused: #expect(found != [])
        case .bound:
            #expect(found == [])
            #expect(edit.path == "expiresAt" || Self.taken(plan) != before)
        case .information:
            #expect(found == [])
            #expect(Self.taken(plan) == before)
        }
    }

    @Test func thePlanItselfIsApplied() throws {
        #expect(Self.departures(try Self.read(try Self.plan().json())) == [])
    }

    /// The fields of a value and of what is in it, as paths.
    private static func paths(_ value: Any, _ prefix: String = "") -> Set<String> {
        if let list = value as? [Any] { return list.reduce(into: []) { $0.formUnion(paths($1, prefix)) } }
        guard let members = value as? Members else { return [prefix] }
        return members.reduce(into: []) {
            $0.formUnion(paths($1.value, prefix.isEmpty ? $1.key : "\(prefix).\($1.key)"))
        }
    }

    @Test func everyFieldIsInTheTable() throws {
        let plan = Self.plan()
        let members = try Self.members(plan)
        #expect(Self.paths(members).subtracting(Self.edits.map(\.path)) == [])
        // The plan has all that a plan can have.
        func check(_ value: Any, _ members: Any?) throws {
            let keys = Set(try #require(members as? Members).keys)
            #expect(Set(Mirror(reflecting: value).children.compactMap(\.label)) == keys)
        }
        func first(_ key: String, in members: Any?) -> Any? {
            ((members as? Members)?[key] as? [Any])?.first
        }
        try check(plan, members)
        try check(plan.networks[0], first("networks", in: members))
        try check(plan.steps[0], first("steps", in: members))
        try check(try #require(plan.signedBefore?.first), first("signedBefore", in: members))
        let deployment = first("deployments", in: members)
        try check(plan.deployments[0], deployment)
        try check(plan.deployments[0].calls[0], first("calls", in: deployment))
        try check(try #require(plan.deployments[0].signers?.first), first("signers", in: deployment))
        try check(try #require(plan.deployments[0].addresses?.first), first("addresses", in: deployment))
    }
}
