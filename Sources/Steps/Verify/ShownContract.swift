import Engine
import Ethereum
import EthereumTypes
import Foundation
import Model

/// One contract of a deployment whose source is to be shown, with what its steps left.
struct ShownContract: Sendable {
    private let contract: VerifyAction.Contract
    private let fact: DeploymentFact
    private let compiled: StoredOutputs

    init(_ contract: VerifyAction.Contract, _ inputs: StepInputs) throws(StepFailure) {
        self.contract = contract
        let bytes = try inputs[contract.deploy].bytes(EffectOutput.deployment)
        fact = try WireJSON.decode(DeploymentFact.self, from: bytes)
        compiled = try inputs[contract.compile]
    }

    /// Why nobody is asked, as far as the deployment itself says; nil where they are.
    var whyNot: String? {
        switch contract.part {
        case .contract, .implementation:
            if fact.action == .proposed { return "it is proposed and not there yet" }
            return fact.codeMatches == false ? "what is there was made of an earlier source" : nil
        case .beacon, .proxy, .admin: return fact.address == nil ? "it is proposed and not there yet" : nil
        }
    }

    func address() throws(StepFailure) -> Address {
        Self.address(of: contract.part, placedAt: try EffectContext.address(of: fact))
    }

    /// Where a contract is, by what its step says of where it put something.
    static func address(of part: VerificationFact.Part, placedAt place: Address) -> Address {
        switch part {
        case .contract, .implementation, .beacon, .proxy: place
        // The one contract that the proxy's constructor creates; a contract's nonces begin at 1 (EIP-161).
        case .admin: Address.created(by: place, nonce: 1)
        }
    }

    /// Where the code must be that this version makes, before its source is shown.
    ///
    /// A contract of hyperkit's own may have been made by another version, or taken over from other tools. nil for what the
    /// deployment's own step compared.
    func mustHoldOwnCode() throws(StepFailure) -> Address? {
        switch contract.part {
        case .contract, .implementation: nil
        // Whose admin follows from the proxy's code.
        case .beacon, .proxy, .admin: try EffectContext.address(of: fact)
        }
    }

    /// Why the source is not that of code which is there; nil where it is.
    func whyNot(with code: [UInt8]) throws(StepFailure) -> String? {
        let masked = try CompilationV1.read(compiled).immutables.map { $0.start..<($0.start + $0.length) }
        let own = Array(try compiled.bytes(CompileOutput.runtimeCode))
        return switch CodeComparison(onChain: code, artifact: own, masked: masked) {
        case .identical: nil
        case .absent: "it is proposed and not there yet"
        case .identicalButMetadata, .different: "what is there was not made by this version of hyperkit"
        }
    }

    func submission(
        chainID: ChainID,
        _ deployment: String,
        _ resolution: ArgumentResolution
    ) throws(StepFailure) -> SourceSubmission {
        let compilation = try CompilationV1.read(compiled)
        var libraries: [LibraryAddress] = []
        for (link, library) in try LinkedCode.libraries(of: compilation, contract.libraries, deployment) {
            let address = try resolution.address(of: library)
            libraries.append(LibraryAddress(path: link.path, name: link.name, address: address))
        }
        // Of what was upgraded or proposed the transaction is another, and an admin has none of its own.
        let isCreation = [.created, .kept, .replaced].contains(fact.action) && contract.part != .admin
        return SourceSubmission(
            chainID: chainID,
            address: try address(),
            standardInput: try compiled.bytes(CompileOutput.standardInput),
            libraries: libraries,
            compilerVersion: try compilerVersion(),
            contract: "\(compilation.path):\(contract.part == .admin ? "ProxyAdmin" : compilation.name)",
            constructorArguments: constructorArguments,
            transactionHash: isCreation ? fact.transactionHash : nil
        )
    }

    private var constructorArguments: String {
        let digits = (fact.constructorArguments ?? "").trimmingPrefix("0x")
        guard contract.part == .admin else { return String(digits) }
        // The proxy's second argument is the owner of its admin.
        guard let bytes = Hex.decode(digits),
            case .address(let owner)? = try? ABI.decode(bytes, as: [.address, .address, .bytes])[1],
            let encoded = try? ABI.encode([.address(owner)], as: [.address])
        else { return "" }
        return Hex.encode(encoded)
    }

    /// The compiler's name of itself, which other names of one may add to.
    private func compilerVersion() throws(StepFailure) -> String {
        struct Metadata: Decodable {
            struct Compiler: Decodable {
                var version: String
            }
            var compiler: Compiler
        }
        let text = try compiled.bytes(CompileOutput.metadata)
        return try WireJSON.decode(Metadata.self, from: text).compiler.version
    }
}
