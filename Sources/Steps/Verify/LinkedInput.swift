import EthereumTypes
import Foundation
import Model

/// Where a library is that code was linked with.
struct LibraryAddress: Hashable, Sendable {
    /// The compiler's name for the file that declares it.
    var path: String
    var name: String
    var address: Address
}

extension SourceSubmission {
    /// The compiler's input with `settings.libraries`, so that a compiler links too.
    ///
    /// The code that comes of it has the hash of other metadata, which names the settings; all else is the same. The input itself
    /// where no library is called. `libraries` has a map by file, of addresses by name ("Compiler Input and Output JSON
    /// Description" of the Solidity documentation).
    ///
    /// - Throws: ``StepFailure`` coded `compiler-input` where the input has no settings.
    func linkedInput() throws(StepFailure) -> Data {
        guard !libraries.isEmpty else { return standardInput }
        let settings: JSONSlice?
        let isEmpty: Bool
        do throws(JSONTextError) {
            settings = try JSONSlice(standardInput).member("settings")
            isEmpty = try settings?.members().isEmpty ?? true
        } catch {
            throw StepFailure(code: "compiler-input", "the compiler's input cannot be read: \(error.message)")
        }
        guard let settings, settings.bytes.first == UInt8(ascii: "{") else {
            throw StepFailure(code: "compiler-input", "the compiler's input has no settings")
        }
        var addresses: [String: [String: String]] = [:]
        for library in libraries {
            addresses[library.path, default: [:]][library.name] = library.address.description
        }
        let member =
            Data(#""libraries":"#.utf8) + (try WireJSON.encode(addresses)) + Data((isEmpty ? "" : ",").utf8)
        var linked = standardInput
        linked.insert(contentsOf: member, at: linked.startIndex + settings.bytes.startIndex + 1)
        return linked
    }
}
