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
    /// Each argument as a plan shows it.
    var values: [String]
    /// Init code and arguments.
    var data: [UInt8]
    var runtimeCode: [UInt8]
    /// Places in the runtime code that are filled in on the chain.
    var masked: [Range<Int>]
    /// Places in the runtime code that hold a library's address.
    var linked: [Range<Int>]
    var runtimeCodeDigest: Digest
    /// Of the init code without its arguments.
    var initCodeDigest: Digest
    /// Of the init code without its libraries' addresses; nil where it calls none.
    var unlinkedCodeDigest: Digest?
    /// The addresses of its libraries, by `path:Name`.
    var libraries: [String: Address]
    /// Kept of code that a proxy runs, and of the proxy.
    var storageLayout: StorageLayout?
    /// Set where it creates a proxy.
    var proxy: ProxyKind?

    init(
        _ action: DeployAction,
        compiled: StoredOutputs,
        resolution: ArgumentResolution
    ) throws(StepFailure) {
        let compilation = try CompilationV1.read(compiled)
        let unlinked = try compiled.bytes(CompileOutput.initCode)
        let code = try LinkedCode(
            compilation,
            initCode: unlinked,
            runtimeCode: try compiled.bytes(CompileOutput.runtimeCode),
            action,
            resolution
        )
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
            throw StepFailure(code: "bad-argument", "the arguments are no list of values: \(value)")
        }
        do {
            // Arguments stand side by side: the content of the tuple, without the offset in front of a dynamic one.
            arguments = try ABI.encode(values, as: abi.constructorInputs.types)
        } catch {
            throw StepFailure(code: "bad-argument", "\(error)")
        }
        self.values = abi.constructorInputs.words(for: values)
        initCodeDigest = Digest(of: Data(code.initCode))
        unlinkedCodeDigest = compilation.links.isEmpty ? nil : Digest(of: unlinked)
        libraries = code.libraries
        data = code.initCode + arguments
        runtimeCode = code.runtimeCode
        runtimeCodeDigest = Digest(of: Data(code.runtimeCode))
        if action.part == .implementation { storageLayout = try StorageLayout(compiled: compiled) }
        masked = compilation.immutables.map { $0.start..<($0.start + $0.length) }
        linked = compilation.links.flatMap(\.runtimeCode).map { $0.start..<($0.start + $0.length) }
    }

    /// What the ledger keeps of it.
    func claim(for action: DeployAction) -> DeploymentClaim {
        DeploymentClaim(
            name: action.name,
            contract: action.contract.rawValue,
            initCodeDigest: initCodeDigest,
            runtimeCodeDigest: runtimeCodeDigest,
            constructorArguments: arguments,
            creation: record(by: nil),
            storageLayout: storageLayout
        )
    }

    /// What the ledger keeps of one that was made with other init code: where its code is the same, that and its arguments; else all of
    /// that counts as code.
    func claim(
        for action: DeployAction,
        madeWith initCode: [UInt8],
        by factory: Create2Factory?
    ) -> DeploymentClaim {
        var claim = claim(for: action)
        claim.creation.factory = factory
        let code = data.dropLast(arguments.count)
        guard initCode.starts(with: code) else {
            claim.initCodeDigest = Digest(of: Data(initCode))
            claim.runtimeCodeDigest = claim.initCodeDigest
            claim.constructorArguments = []
            claim.creation.libraries = [:]
            claim.storageLayout = nil
            return claim
        }
        claim.constructorArguments = Array(initCode.dropFirst(code.count))
        return claim
    }

    /// How it is created by a factory, or by the account itself.
    func record(by factory: Create2Factory?) -> CreationRecord {
        CreationRecord(factory: factory, libraries: libraries)
    }

    func compare(_ onChain: [UInt8]) -> CodeComparison {
        CodeComparison(onChain: onChain, artifact: runtimeCode, masked: masked)
    }

    /// Whether it is the same code, wherever its libraries are: another network has them elsewhere.
    func isSame(elsewhere onChain: [UInt8]) -> Bool {
        CodeComparison(onChain: onChain, artifact: runtimeCode, masked: masked + linked) == .identical
    }
}
