import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

/// A contract's init code with its arguments, ready to be sent.
struct ConstructorCall: Sendable {
    var abi: ContractABI
    /// The ABI encoding of the arguments alone.
    var arguments: [UInt8]
    /// Init code and arguments.
    var data: [UInt8]
    var runtimeCode: [UInt8]
    /// Places in the runtime code that are filled in on the chain.
    var masked: [Range<Int>]
    var runtimeCodeDigest: Digest
    /// Of the init code without its arguments.
    var initCodeDigest: Digest

    init(
        _ action: DeployAction,
        compiled: StoredOutputs,
        resolution: ArgumentResolution
    ) throws(StepFailure) {
        let compilation = try CompilationV1.read(compiled)
        guard compilation.links.isEmpty else {
            throw StepFailure(
                code: "unlinked-library",
                "\(compilation.name) calls a library that is deployed by itself, which this version cannot link",
                hint: "make the library's functions internal"
            )
        }
        abi = try EffectContext.abi(compiled)
        let type = ABIType.tuple(abi.constructorInputs)
        let input = try resolution.input(action.arguments)
        let value: ABIValue
        do {
            value = try type.value(from: input, path: "arguments")
        } catch {
            throw StepFailure(error, at: action.arguments.location(of: error.path))
        }
        if action.value > .zero, !abi.isConstructorPayable {
            throw StepFailure(
                code: "not-payable",
                "the constructor of \(compilation.name) takes no value, and 'value' is \(action.value) wei",
                hint: "make the constructor payable, or take 'value' away"
            )
        }
        guard case .tuple(let values) = value else {
            throw StepFailure(code: "bad-argument", "the arguments are no tuple: \(value)")
        }
        do {
            // Arguments stand side by side: the content of the tuple, without the offset in front of a dynamic one.
            arguments = try ABI.encode(values, as: abi.constructorInputs.types)
        } catch {
            throw StepFailure(code: "bad-argument", "\(error)")
        }
        let initCode = try compiled.bytes(CompileOutput.initCode)
        initCodeDigest = Digest(of: initCode)
        data = Array(initCode) + arguments
        let runtime = try compiled.bytes(CompileOutput.runtimeCode)
        runtimeCode = Array(runtime)
        runtimeCodeDigest = Digest(of: runtime)
        masked = compilation.immutables.map { $0.start..<($0.start + $0.length) }
    }

    /// What the ledger keeps of it.
    func claim(for action: DeployAction) -> DeploymentClaim {
        DeploymentClaim(
            name: action.name,
            contract: action.contract.rawValue,
            initCodeDigest: initCodeDigest,
            runtimeCodeDigest: runtimeCodeDigest,
            constructorArguments: arguments
        )
    }

    func compare(_ onChain: [UInt8]) -> CodeComparison {
        CodeComparison(onChain: onChain, artifact: runtimeCode, masked: masked)
    }
}
