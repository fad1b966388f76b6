import EthereumTypes
import Foundation
import Model
import Testing

@testable import Planning

/// Small manifests and snapshots, made in code.
enum PlanBench {
    static func at(_ line: Int, _ column: Int = 3, file: String = "a.yaml") -> FileLocation {
        FileLocation(file: file, line: line, column: column)
    }

    static func located(_ text: String, line: Int = 1) -> Located<String> { Located(text, at: at(line)) }

    static func text(_ text: String, line: Int = 1) -> Interpolated { Interpolated(text: text, at: at(line)) }

    static func reference(_ reference: Interpolated.Reference, line: Int = 1) -> Argument {
        .text(Interpolated([.reference(reference)], at: at(line)))
    }

    static func address(of deployment: String, on network: String? = nil) -> Argument {
        reference(.deploymentAddress(name: deployment, network: network))
    }

    static func contract(
        _ name: String,
        path: String? = nil,
        of contract: String? = nil,
        policy: String? = nil
    ) throws -> ContractSpec {
        ContractSpec(
            name: try #require(ContractName(name)), location: at(2),
            origin: .source(path: located(path ?? "contracts/\(name).sol"), contract: contract),
            policy: policy)
    }

    static func options(_ options: [(String, Interpolated)]) -> GenerateSpec {
        GenerateSpec(
            template: located("erc20", line: 4),
            options: options.map { TemplateOption(name: located($0.0, line: 4), value: $0.1) })
    }

    static func devnet(_ name: String = "devnet", policy: String? = nil) throws -> NetworkSpec {
        NetworkSpec(
            name: name, location: at(5),
            chain: .devnet(state: .ephemeral, chainID: try #require(ChainID(31_337))),
            policy: policy)
    }

    static func live(
        _ name: String,
        chainID: UInt64 = 11_155_111,
        signer: String = "ci",
        policy: String? = nil,
        values: [String: Interpolated] = [:]
    ) throws -> NetworkSpec {
        NetworkSpec(
            name: name, location: at(6),
            chain: .rpc([.url("http://\(name)")], chainID: try #require(ChainID(chainID))),
            signer: signer, policy: policy, values: values)
    }

    static func deployment(
        _ name: String,
        of contract: String,
        on networks: [String] = ["devnet"],
        arguments: [Argument] = [],
        calls: [CallSpec] = [],
        policy: String? = nil,
        value: Wei = .zero,
        line: Int = 9
    ) -> DeploymentSpec {
        DeploymentSpec(
            name: name, location: at(line), subject: .contract(located(contract, line: line)),
            networks: networks.map { located($0, line: line) }, arguments: .positional(arguments),
            value: value,
            calls: calls, policy: policy)
    }

    static func call(_ name: String, arguments: [Argument] = [], unless: CallSpec.Unless? = nil) -> CallSpec {
        CallSpec(
            name: name, location: at(10), function: located("\(name)()"), arguments: .positional(arguments),
            unless: unless)
    }

    static let signers = ["ci", "dao"].map {
        SignerSpec(name: $0, location: at(7), key: .environment("\($0.uppercased())_KEY"))
    }

    static func manifest(
        contracts: [ContractSpec] = [],
        sets: [SetSpec] = [],
        networks: [NetworkSpec]? = nil,
        deployments: [DeploymentSpec] = [],
        policies: [Policy] = []
    ) throws -> Manifest {
        Manifest(
            project: "treasury", root: "/project", contracts: contracts, sets: sets, signers: signers,
            networks: try networks ?? [devnet()], deployments: deployments,
            policies: Dictionary(policies.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }))
    }

    /// A file that declares what its lines say and whose content is its path.
    static func file(
        _ path: String,
        declares names: [String] = [],
        pragmas: [String] = ["^0.8.20"],
        kind: SourceFile.DeclarationKind = .contract
    ) -> SourceFile {
        SourceFile(
            path: path, digest: Digest(of: Data(path.utf8)), pragmas: pragmas,
            declarations: names.enumerated().map { .init(kind: kind, name: $1, line: $0 + 1) })
    }

    /// Files with their closures under the default compiler: each its own unless `imports` says more.
    static func snapshot(
        _ files: [SourceFile],
        imports: [String: [String]] = [:],
        globs: [String: [String]] = [:],
        rows: [String: RowTable] = [:],
        diagnostics: [Diagnostic] = []
    ) -> Snapshot {
        Snapshot(
            sources: Dictionary(files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first }),
            closures: Dictionary(
                files.map { file in
                    (
                        Snapshot.ClosureKey(compiler: "default", path: file.path),
                        ([file.path] + (imports[file.path] ?? [])).sorted()
                    )
                }, uniquingKeysWith: { first, _ in first }),
            globs: globs, rows: rows, diagnostics: diagnostics)
    }

    static func table(_ rows: [[String: String]]) -> RowTable {
        RowTable(
            columns: rows.first.map { $0.keys.sorted() } ?? [],
            rows: rows.enumerated().map { .init(location: at($0 + 2, 1, file: "drops.csv"), values: $1) })
    }

    static func problems(
        _ manifest: Manifest,
        _ snapshot: Snapshot = Snapshot(),
        _ request: PlanRequest = PlanRequest()
    ) -> [Diagnostic] {
        do throws(PlanningError) {
            _ = try Planner.plan(manifest, snapshot, request)
            return []
        } catch {
            return error.diagnostics
        }
    }

    /// Each step with what it needs and, behind a bar, what it comes after.
    static func lines(_ plan: Plan<Action>) -> [String] {
        plan.steps.map { step in
            let after = step.after.isEmpty ? "" : " | " + step.after.map(\.rawValue).joined(separator: " ")
            let needs = step.needs.isEmpty ? "" : " < " + step.needs.map(\.rawValue).joined(separator: " ")
            return step.id.rawValue + needs + after
        }
    }
}

extension Plan<Action> {
    func compile(_ name: String) throws -> CompileAction {
        guard case .compile(let action)? = self[try #require(StepID("compile:\(name)"))]?.work else {
            throw Missing(name: name)
        }
        return action
    }

    func audit(_ name: String) throws -> AuditAction {
        guard case .audit(let action)? = self[try #require(StepID("audit:\(name)"))]?.work else {
            throw Missing(name: name)
        }
        return action
    }

    func deploy(_ name: String, on network: String = "devnet") throws -> DeployAction {
        guard case .deploy(let action)? = self[.deploy(name, on: network)]?.work else {
            throw Missing(name: name)
        }
        return action
    }

    func call(_ name: String, of deployment: String, on network: String = "devnet") throws -> CallAction {
        guard case .call(let action)? = self[.call(name, of: deployment, on: network)]?.work else {
            throw Missing(name: name)
        }
        return action
    }
}

/// A step that a test asked for and the plan has not.
struct Missing: Error {
    var name: String
}
