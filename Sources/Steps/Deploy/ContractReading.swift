import Ethereum
import EthereumTypes
import Model

/// A question to a contract, and the answer that is wanted.
struct ContractReading: Sendable {
    private let read: Located<String>
    private let equals: Argument
    /// Where the wanted value stands in its part of the manifest.
    private let path: String

    init(_ read: Located<String>, equals: Argument, of path: String) {
        self.read = read
        self.equals = equals
        self.path = path
    }

    /// How a function that takes nothing is asked, be it written with its parentheses or without.
    static func request(_ read: Located<String>, to address: Address) -> CallRequest {
        let name = read.value.prefix { $0 != "(" }
        return CallRequest(to: address, data: Array(Keccak256.hash("\(name)()".utf8).bytes.prefix(4)))
    }

    /// The function that is asked and the value that is wanted of it; asks nothing.
    ///
    /// - Throws: ``StepFailure``: `no-function`; `bad-read` where it is no view that gives one value; `bad-argument` where that
    ///   value cannot be what is wanted.
    func question(
        _ abi: ContractABI,
        _ resolution: ArgumentResolution
    ) throws(StepFailure) -> (function: ABIFunction, wanted: ABIValue) {
        let function = try CallStep.function(read, abi)
        guard function.inputs.isEmpty, function.outputs.count == 1 else {
            let message = "'\(read.value)' must take nothing and give one value"
            let hint = "read a public variable, or add a view function"
            throw StepFailure(
                code: "bad-read",
                message,
                diagnostics: [.error("bad-read", message, at: read.location, hint: hint)]
            )
        }
        do {
            let type = function.outputs[0].type
            return (function, try type.value(from: try resolution.input(equals), path: path))
        } catch let error as ABIInputError {
            throw StepFailure(error, at: equals.location)
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw StepFailure(code: "bad-argument", "\(error)")
        }
    }

    /// Whether the function gives what is wanted, and what it gives.
    ///
    /// - Throws: As ``question(_:_:)``; coded `bad-read` also where the answer is none.
    func look(
        _ abi: ContractABI,
        at address: Address,
        _ resolution: ArgumentResolution,
        answer: (CallRequest) async throws(StepFailure) -> [UInt8]
    ) async throws(StepFailure) -> (holds: Bool, seen: String) {
        let (function, wanted) = try question(abi, resolution)
        let answer = try await answer(CallRequest(to: address, data: function.selector))
        guard !answer.isEmpty else {
            throw StepFailure(
                code: "bad-read",
                "'\(function.signature)' gave nothing at all: \(address) has no code in the block that the node answers of, or code "
                    + "that does not know it")
        }
        do {
            let values = try function.results(answer)
            return (values == [wanted], values.map(\.description).joined(separator: ", "))
        } catch {
            throw StepFailure(
                code: "bad-read", "what '\(function.signature)' gave cannot be read: \(error)")
        }
    }
}
