import Ethereum
import EthereumTypes
import Foundation
import Model

/// A contract's code with the addresses of the libraries that it calls.
struct LinkedCode: Sendable {
    var initCode: [UInt8]
    var runtimeCode: [UInt8]
    /// The libraries' addresses, by `path:Name`.
    private(set) var libraries: [String: Address] = [:]

    /// - Precondition: The compiler's places lie within the code and are 20 bytes long.
    init(
        _ compilation: CompilationV1,
        initCode: Data,
        runtimeCode: Data,
        _ action: DeployAction,
        _ resolution: ArgumentResolution
    ) throws(StepFailure) {
        self.initCode = Array(initCode)
        self.runtimeCode = Array(runtimeCode)
        for (link, library) in try Self.libraries(of: compilation, action) {
            let address = try resolution.address(of: library)
            libraries["\(link.path):\(link.name)"] = address
            try Self.put(address, at: link.initCode, in: &self.initCode)
            try Self.put(address, at: link.runtimeCode, in: &self.runtimeCode)
        }
    }

    private static func put(
        _ address: Address,
        at places: [CompilationV1.Range],
        in code: inout [UInt8]
    ) throws(StepFailure) {
        for place in places {
            let range = place.start..<(place.start + place.length)
            guard place.length == 20, range.upperBound <= code.count else {
                throw StepFailure(
                    code: "compiler-output",
                    "the compiler names a place for a library that is not in the code")
            }
            code.replaceSubrange(range, with: address.bytes)
        }
    }

    /// The libraries that the code calls, each with the manifest's word on where it is.
    ///
    /// - Throws: ``StepFailure`` coded `unlinked-library` where one is missing, `unused-library` where one is not needed,
    ///   `ambiguous-library` where a name stands for two.
    static func libraries(
        of compilation: CompilationV1,
        _ action: DeployAction
    ) throws(StepFailure) -> [(CompilationV1.Link, LibraryLink)] {
        try libraries(of: compilation, action.creation.libraries, action.name, at: action.location)
    }

    /// The same for what a deployment of some name is given.
    static func libraries(
        of compilation: CompilationV1,
        _ given: [LibraryLink],
        _ deployment: String,
        at location: FileLocation? = nil
    ) throws(StepFailure) -> [(CompilationV1.Link, LibraryLink)] {
        var found: [(CompilationV1.Link, LibraryLink)] = []
        for library in given {
            let meant = compilation.links.filter { $0.isMeant(by: library.name.value) }
            guard let first = meant.first else { throw unused(library, compilation) }
            guard meant.count == 1 else {
                let all = meant.map { "\($0.path):\($0.name)" }
                throw failure(
                    "ambiguous-library",
                    "\(compilation.name) calls \(meant.count) libraries of the name '\(library.name.value)'",
                    at: library.name.location,
                    hint: "write \(all.joined(separator: " and "))"
                )
            }
            guard !found.contains(where: { $0.0 == first }) else {
                throw failure(
                    "ambiguous-library",
                    "the library \(first.path):\(first.name) has two addresses",
                    at: library.name.location,
                    hint: "keep one of them"
                )
            }
            found.append((first, library))
        }
        let missing = compilation.links.filter { link in !found.contains { $0.0 == link } }
        guard let first = missing.first else { return found }
        let names = missing.map { "\($0.path):\($0.name)" }.joined(separator: " and ")
        throw failure(
            "unlinked-library",
            "\(compilation.name) calls \(names), and 'libraries' of deployment '\(deployment)' has no address for it",
            at: location,
            hint:
                "deploy it and add libraries: { \(first.name): \"${deployments.NAME.address}\" }, or make its functions "
                + "internal"
        )
    }

    private static func unused(_ library: LibraryLink, _ compilation: CompilationV1) -> StepFailure {
        let name = library.name.value
        let all = compilation.links.map { name.contains(":") ? "\($0.path):\($0.name)" : $0.name }
        let needed = compilation.links.map { "\($0.path):\($0.name)" }.joined(separator: ", ")
        let near = Nearest.match(for: name, among: all).map { "did you mean '\($0)'?" }
        return failure(
            "unused-library",
            "\(compilation.name) calls no library '\(name)'",
            at: library.name.location,
            hint: near
                ?? (needed.isEmpty
                    ? "take it out; a library with internal functions alone is part of the contract"
                    : "it calls \(needed)")
        )
    }

    private static func failure(
        _ code: String,
        _ message: String,
        at location: FileLocation?,
        hint: String
    ) -> StepFailure {
        StepFailure(
            code: code,
            message,
            hint: hint,
            diagnostics: location.map { [.error(code, message, at: $0, hint: hint)] } ?? []
        )
    }
}

extension CompilationV1.Link {
    fileprivate func isMeant(by name: String) -> Bool { name == self.name || name == "\(path):\(self.name)" }
}

extension ArgumentResolution {
    /// The address of a library, filled in.
    func address(of library: LibraryLink) throws(StepFailure) -> Address {
        let text = try text(library.address)
        do {
            return try Address(text)
        } catch {
            let message = "the library '\(library.name.value)' has no address: '\(text)' is none"
            throw StepFailure(
                code: "bad-argument",
                message,
                diagnostics: [.error("bad-argument", message, at: library.address.location)]
            )
        }
    }
}
