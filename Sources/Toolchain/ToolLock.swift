package import Foundation

/// The tools that hyperkit uses, each with its version, where it can come from and what its bytes must be.
///
/// The lock is `Resources/toolchain.lock`, which is built into the binary.
package struct ToolLock: Decodable, Hashable, Sendable {
    package struct Entry: Decodable, Hashable, Sendable {
        package var name: String
        package var summary: String
        /// In the order in which they are tried.
        package var sources: [ToolSource]
    }

    package var version: Int
    package var tools: [Entry]

    package static func decode(_ bytes: Data) throws(ToolchainError) -> ToolLock {
        do {
            return try JSONDecoder().decode(ToolLock.self, from: bytes)
        } catch {
            throw .lock(reason: "\(error)")
        }
    }

    /// The lock of this binary.
    package static func builtIn() throws(ToolchainError) -> ToolLock {
        try decode(Data(PackageResources.toolchain_lock))
    }
}

/// One place that a tool can come from.
package enum ToolSource: Hashable, Sendable {
    case release(Release)
    case wheel(Wheel)
    case environment(Environment)
    case module(Module)

    /// A file of the official release, looked up in the `list.json` beside it.
    package struct Release: Decodable, Hashable, Sendable {
        package var platform: String
        package var version: String
        package var mirror: String
        package var directory: String
        package var file: String
        package var sha256: String
    }

    /// A program inside a Python wheel, with libraries of another Debian release where the machine's are too old.
    package struct Wheel: Decodable, Hashable, Sendable {
        package struct Libraries: Decodable, Hashable, Sendable {
            package var suite: String
            package var packages: [String]
            /// Where the packages have their libraries.
            package var directory: String
            package var loader: String
            /// The name that the program asks for, and the file that a package has.
            package var files: [String: String]
        }

        package var platform: String
        package var version: String
        package var requirement: String
        package var wheelSHA256: String
        package var member: String
        package var sha256: String
        package var libraries: Libraries
    }

    /// A Python environment made from a requirements file with hashes.
    package struct Environment: Decodable, Hashable, Sendable {
        package struct Range: Decodable, Hashable, Sendable {
            package var oldest: String
            package var newest: String
        }

        package var version: String
        package var requirements: String
        package var python: Range
    }

    /// A module, or only the packages, of such an environment.
    package struct Module: Decodable, Hashable, Sendable {
        package var version: String
        package var environment: String
        package var module: String?
    }

    package var version: String {
        switch self {
        case .release(let source): source.version
        case .wheel(let source): source.version
        case .environment(let source): source.version
        case .module(let source): source.version
        }
    }

    /// Whether it has anything for this machine.
    func suits(_ platform: String) -> Bool {
        switch self {
        case .release(let source): source.platform == platform
        case .wheel(let source): source.platform == platform
        case .environment, .module: true
        }
    }

    /// For messages.
    var label: String {
        switch self {
        case .release: "official release"
        case .wheel(let source): "Python package \(source.requirement)"
        case .environment: "Python packages"
        case .module(let source): source.environment
        }
    }
}

extension ToolSource: Decodable {
    private enum Key: String, CodingKey { case kind }
    private enum Kind: String, Decodable { case release, wheel, environment, module }

    package init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: Key.self).decode(Kind.self, forKey: .kind) {
        case .release: self = .release(try Release(from: decoder))
        case .wheel: self = .wheel(try Wheel(from: decoder))
        case .environment: self = .environment(try Environment(from: decoder))
        case .module: self = .module(try Module(from: decoder))
        }
    }
}
