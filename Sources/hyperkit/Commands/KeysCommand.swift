import ArgumentParser
import Ethereum
import EthereumTypes
import Foundation
import Model
import Steps

/// Keystore files: private keys behind passwords.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes and lists keystore files: private keys behind passwords.",
        discussion: """
            Secrets are never arguments: they come from a reference (env:NAME, file:PATH, cmd:[program, argument]), or from \
            the terminal, which does not show them.
            """,
        subcommands: [New.self, Import.self, List.self]
    )

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a new key and its keystore file.")

        @OptionGroup var target: TargetOptions

        func run() async throws { try await run(in: .live(scratch: try Scratch.directory())) }

        func run(in world: World) async throws {
            let path = try target.free(world)
            let password = try await SecretInput(world: world).newPassword(try target.reference())
            try await target.write(try KeysCommand.newKey(world), password, to: path, world)
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a key that there is already into a keystore file.")

        @OptionGroup var target: TargetOptions
        @Option(
            help: ArgumentHelp(
                "Where the private key can be read; without it the terminal asks.", valueName: "reference"))
        var key: String?

        func validate() throws { _ = try SecretInput.reference(key, option: "--key") }

        func run() async throws { try await run(in: .live(scratch: try Scratch.directory())) }

        func run(in world: World) async throws {
            let path = try target.free(world)
            let input = SecretInput(world: world)
            let key = try await input.key(try SecretInput.reference(key, option: "--key"))
            try await target.write(
                key, try await input.newPassword(try target.reference()), to: path, world)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the keystore files of a directory; opens none.")

        @ArgumentParser.Argument(help: "The directory.", completion: .directory) var directory = "keys"
        @Flag(help: "Prints JSON on standard output.") var json = false

        func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

        func run(in world: World) throws {
            let folder = TargetOptions.absolute(directory)
            let names = try world.files.list(folder).filter { name in
                !name.hasPrefix(".") && !name.hasSuffix(".tmp")
                    && world.files.kind("\(folder)/\(name)") != .directory
            }
            let listed = names.map { name in
                ListedKeystore(name, PathText.join(directory, name), at: "\(folder)/\(name)", world.files)
            }
            if json {
                Console.out(String(decoding: try JSONEncoder.sorted.encode(listed), as: UTF8.self))
                return
            }
            for keystore in listed { Console.err(keystore.description.plainForTerminal) }
            if listed.isEmpty { Console.err("no keystore in \(directory)") }
        }
    }

    private static func newKey(_ world: World) throws -> PrivateKey {
        // One draw in 2^127 is no key.
        for _ in 0..<4 {
            if let key = try? PrivateKey(bytes: world.randomBytes(32)) { return key }
        }
        Console.fail("the system's random numbers are no random numbers")
        throw Exit.environment
    }
}

/// Where a keystore file goes.
struct TargetOptions: ParsableArguments {
    @ArgumentParser.Argument(
        help: ArgumentHelp("A file, or a signer's name for keys/NAME.json.", valueName: "file|name"))
    var target: String

    @Option(
        help: ArgumentHelp(
            "Where the file's password can be read; without it the terminal asks.", valueName: "reference"))
    var password: String?

    @Flag(help: "Prints JSON on standard output.") var json = false

    func validate() throws {
        _ = try reference()
        guard isFile || Name.isValid(target) else {
            throw ValidationError("'\(target)' is neither a file's path (with a '/' or '.json') nor a name")
        }
    }

    func reference() throws -> SecretReference? {
        try SecretInput.reference(password, option: "--password")
    }

    private var isFile: Bool { target.contains("/") || target.hasSuffix(".json") }
    private var file: String { isFile ? target : "keys/\(target).json" }

    static func absolute(_ path: String) -> String {
        PathText.join(FileManager.default.currentDirectoryPath, path)
    }

    /// The file's absolute path, known to be free.
    fileprivate func free(_ world: World) throws -> String {
        let path = Self.absolute(file)
        guard world.files.kind(path) == nil else {
            Console.fail("\(file) is there already", hint: "name another file; none is ever overwritten")
            throw Exit.usage
        }
        return path
    }

    fileprivate func write(_ key: PrivateKey, _ password: Secret, to path: String, _ world: World)
        async throws
    {
        let keystore = try await Keystore.closing(
            key,
            password: password.reveal(),
            derivation: .usual(salt: world.randomBytes(32)),
            initialCounter: world.randomBytes(16)
        )
        try world.files.createPrivate(path, keystore.json(id: world.randomBytes(16)))
        if json {
            let facts = ["address": key.address.description, "path": file]
            Console.out(String(decoding: try JSONEncoder.sorted.encode(facts), as: UTF8.self))
        }
        Console.err("\(file) holds the key of \(key.address); without its password it is lost")
    }
}

/// What a listing says of one file.
struct ListedKeystore: Encodable {
    var name: String
    var path: String
    var address: String?
    var kdf: String?
    var problem: String?

    init(_ name: String, _ path: String, at place: String, _ files: FileAccess) {
        self.name = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
        self.path = path
        do {
            switch try files.readPrivate(place) {
            case .file(let bytes):
                let keystore = try Keystore(json: bytes)
                address = keystore.address?.description
                kdf = keystore.derivation.name
            case .absent: problem = "it is gone"
            case .link: problem = "it is a symbolic link"
            case .other: problem = "it is no file"
            case .open(let mode):
                problem =
                    "others than its owner may use it (mode 0\(String(mode, radix: 8))): chmod 600 \(path)"
            }
        } catch {
            problem = "\(error)"
        }
    }
}

extension ListedKeystore: CustomStringConvertible {
    var description: String {
        "\(name)  \(problem ?? address ?? "no address in it; its password gives it")"
    }
}
