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

    /// Whether the function gives what is wanted, and what it gives.
    ///
    /// - Throws: ``StepFailure`` coded `bad-read` where it is no view that gives one value, or its answer is none.
    func look(
        _ abi: ContractABI,
        at address: Address,
        _ resolution: ArgumentResolution,
        answer: (CallRequest) async throws(StepFailure) -> [UInt8]
    ) async throws(StepFailure) -> (holds: Bool, seen: String) {
        let function = try CallStep.function(read, abi)
        guard function.inputs.isEmpty, function.outputs.count == 1 else {
            throw StepFailure(
                code: "bad-read",
                "'\(read.value)' must take nothing and give one value",
                hint: "read a public variable, or add a view function"
            )
        }
        let type = function.outputs[0].type
        let wanted: ABIValue
        do {
            wanted = try type.value(from: try resolution.input(equals), path: path)
        } catch let error as ABIInputError {
            throw StepFailure(error, at: equals.location)
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw StepFailure(code: "bad-argument", "\(error)")
        }
        let answer = try await answer(CallRequest(to: address, data: function.selector))
        do {
            let values = try function.results(answer)
            return (values == [wanted], values.map(\.description).joined(separator: ", "))
        } catch {
            throw StepFailure(
                code: "bad-read", "what '\(function.signature)' gave cannot be read: \(error)")
        }
    }
}
