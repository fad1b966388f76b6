import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

/// What was sent for a contract, told apart into the code of a contract that was compiled and its arguments.
///
/// The manifest says no more which contract it is: the code does.
struct SentCode: Sendable {
    var contract: String
    /// With the addresses of its libraries.
    var initCode: ArraySlice<UInt8>
    var runtimeCode: [UInt8]
    var arguments: [UInt8]
    var libraries: [String: Address] = [:]
    var layout: StorageLayout?

    /// - Parameters:
    ///   - sent: Init code and arguments.
    ///   - compiled: What the compile step of a contract stored.
    /// - Throws: ``StepFailure`` where that cannot be read.
    init?(_ sent: [UInt8], compiled: StoredOutputs) throws(StepFailure) {
        let artifact = Array(try compiled.bytes(CompileOutput.initCode))
        guard !artifact.isEmpty, sent.count >= artifact.count,
            (sent.count - artifact.count).isMultiple(of: 32)
        else { return nil }
        let compilation = try CompilationV1.read(compiled)
        var masked = Array(sent.prefix(artifact.count))
        var runtime = Array(try compiled.bytes(CompileOutput.runtimeCode))
        for link in compilation.links {
            let places = link.initCode.map { $0.start..<($0.start + $0.length) }
            let targets = link.runtimeCode.map { $0.start..<($0.start + $0.length) }
            guard places.allSatisfy({ $0.upperBound <= artifact.count }),
                targets.allSatisfy({ $0.upperBound <= runtime.count }),
                let library = places.first.map({ Array(sent[$0]) })
            else { return nil }
            libraries["\(link.path):\(link.name)"] = Address(bytes: library)
            for place in places { masked.replaceSubrange(place, with: artifact[place]) }
            for target in targets { runtime.replaceSubrange(target, with: library) }
        }
        guard masked == artifact else { return nil }
        contract = compilation.contract
        initCode = sent.prefix(artifact.count)
        runtimeCode = runtime
        arguments = Array(sent.dropFirst(artifact.count))
        layout = try? StorageLayout(compiled: compiled)
    }

    /// The longest code of those that were compiled that what was sent begins with; nil where it is none of them.
    static func found(
        in sent: [UInt8],
        among steps: [StepID],
        _ inputs: StepInputs
    ) throws(StepFailure) -> SentCode? {
        var found: SentCode?
        for step in steps where inputs.has(step) {
            guard let code = try SentCode(sent, compiled: try inputs[step]) else { continue }
            if found.map({ $0.initCode.count < code.initCode.count }) ?? true { found = code }
        }
        return found
    }

    /// What goes on record of a contract that was created with `sent`.
    ///
    /// Where its code is none that was compiled all of it counts as init code, and as much as is known is said.
    static func claim(
        _ found: SentCode?,
        of name: String,
        contract: String,
        sent: [UInt8]
    ) -> DeploymentClaim {
        guard let found else {
            let digest = Digest(of: Data(sent))
            return DeploymentClaim(
                name: name, contract: contract, initCodeDigest: digest, runtimeCodeDigest: digest,
                constructorArguments: [])
        }
        return DeploymentClaim(
            name: name,
            contract: contract,
            initCodeDigest: Digest(of: Data(found.initCode)),
            runtimeCodeDigest: Digest(of: Data(found.runtimeCode)),
            constructorArguments: found.arguments,
            creation: CreationRecord(libraries: found.libraries)
        )
    }
}
