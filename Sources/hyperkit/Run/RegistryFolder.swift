import EthereumTypes
import Foundation
import Ledger
import Manifests
import Model
import Planning
import Reports

/// The committed registry: a folder with one file a network.
struct RegistryFolder: Sendable {
    /// Absolute.
    let path: String
    /// As it is printed.
    private let shown: String
    private let files: FileAccess

    /// nil where the manifest names none.
    init?(_ manifest: Manifest, world: World) {
        guard let registry = manifest.registry else { return nil }
        path = PathText.join(manifest.root, registry)
        files = world.files
        let here = FileManager.default.currentDirectoryPath
        shown = PathText.inside(here, path) ?? path
    }

    /// What a network's file says; empty where there is none.
    ///
    /// - Throws: ``ManifestError`` with every problem of the file.
    func read(_ network: String) throws(ManifestError) -> RegistryFile {
        let bytes: Data?
        guard !isLink(file(network)) else {
            throw ManifestError(diagnostics: [
                .error(
                    "registry",
                    "\(shown)/\(network).json is a symbolic link: a run writes a file of its own there, and its target would stay as it is",
                    hint:
                        "put the file itself there; 'registry' of the manifest may name another folder, or be a link to one"
                )
            ])
        }
        do {
            bytes = try files.read(file(network))
        } catch {
            throw ManifestError(diagnostics: [
                .error(
                    "registry",
                    "\(shown)/\(network).json cannot be read: \(error.reason)",
                    hint: Self.remedy(for: error)
                )
            ])
        }
        guard let bytes else { return RegistryFile(network: network) }
        return try RegistryReader.read(bytes, name: "\(shown)/\(network).json", network: network)
    }

    /// Whether a symbolic link is there; one that leads nowhere too, which reads as if nothing were on record.
    private func isLink(_ place: String) -> Bool {
        guard files.kind(place) != nil else { return false }
        guard let real = files.resolved(place), let folder = files.resolved(path) else { return true }
        return real != PathText.join(folder, PathText.name(of: place))
    }

    private static func remedy(for error: FileError) -> String {
        error.remedy == FileError.remedy
            ? "look at who may read it"
            : "what is deployed on a network is on record in a file of that name: move away what is there"
    }

    /// What the files of some networks say, by network; prints every problem.
    ///
    /// - Throws: ``Exit/usage`` where a file is not what hyperkit writes.
    func readAll(_ networks: [String]) throws -> [String: RegistryFile] {
        var found: [String: RegistryFile] = [:]
        var problems: [Diagnostic] = []
        for network in networks {
            do throws(ManifestError) {
                found[network] = try read(network)
            } catch {
                problems += error.diagnostics
            }
        }
        guard problems.isEmpty else {
            Console.err(problems)
            throw Exit.usage
        }
        return found
    }

    /// Writes what `change` makes of a network's file, durably; a file that would say the same is left alone.
    ///
    /// Other projects may share the folder, so it is held meanwhile, and what the file says is read anew.
    ///
    /// - Throws: ``ManifestError`` for a file that is not what hyperkit writes, which is left as it is; ``FileError``.
    func update(_ network: String, _ change: (RegistryFile) -> RegistryFile) throws {
        try FileAccess.makeDirectory(path)
        let hold = try FileLock.hold(directory: path)
        defer { hold.release() }
        let before = try read(network)
        let after = change(before)
        guard after != before else { return }
        try files.write(file(network), try RegistryV1(after).json(), true)
    }

    private func file(_ network: String) -> String { "\(path)/\(network).json" }

    /// Why nothing could be written into the folder, or the folder not be made; nil where it can.
    ///
    /// Nothing is made to find out: a run that deploys nothing leaves no folder behind.
    var obstacle: Diagnostic? {
        var place = path
        while files.kind(place) == nil, place != "/" { place = PathText.directory(of: place) }
        let here = FileManager.default.currentDirectoryPath
        let name = PathText.relative(place, to: here)
        guard files.kind(place) == .directory else {
            return .error(
                "registry",
                "the registry '\(shown)' cannot be written: '\(name)' is no directory",
                hint: "'registry' of the manifest names a directory; nothing was sent"
            )
        }
        guard FileManager.default.isWritableFile(atPath: place) else {
            return .error(
                "registry",
                "the registry '\(shown)' cannot be written: nothing may be written in '\(name)'",
                hint:
                    "what is deployed must go on record: mend its permissions, or those of its disk; nothing was sent"
            )
        }
        return nil
    }
}

extension RegistryFolder {
    /// The least that is tried to be written.
    private static let leastRoom: Int64 = 65_536

    /// Why what a run sends on a network could not go on record; nil where it can.
    ///
    /// As much as its file may become is written beside it, with all that makes it durable, and removed: the file stays as it is. Where
    /// there is no folder yet it is done where that would be made.
    func obstacle(toRecord network: String) -> StepFailure? {
        let room = max(Self.leastRoom, 2 * (files.status(file(network))?.size ?? 0))
        var folder = path
        while files.kind(folder) == nil, folder != "/" { folder = PathText.directory(of: folder) }
        let trial = "\(folder)/.\(network).\(String(UInt64.random(in: 0 ... .max), radix: 36)).trial"
        // Some file systems keep what is all the same in no room.
        let block = Data((0..<Self.leastRoom).map { _ in UInt8.random(in: .min ... .max) })
        var bytes = Data()
        while bytes.count < room { bytes += block }
        do throws(FileError) {
            try files.write(trial, bytes, true)
            try files.remove(trial)
            return nil
        } catch {
            return StepFailure(
                .environment,
                code: "registry",
                "the registry '\(shown)' cannot be written: \(error.reason)",
                hint:
                    "what is deployed must go on record: make room, or mend the permissions of '\(shown)' or those of its disk; nothing "
                    + "was sent"
            )
        }
    }

    /// Brings the files of the networks that a run used up to what the ledger knows of their chains.
    ///
    /// It is the ledger that is asked, not the run: what a run that was killed made final is written by the next.
    ///
    /// - Returns: The first problem; nil where all was written.
    func record(_ networks: [NetworkFact], of manifest: Manifest, from ledger: Ledger) -> String? {
        var failure: String?
        for fact in networks where fact.status == .used {
            guard let spec = manifest.networks.first(where: { $0.name == fact.name }), spec.isRecorded,
                let genesis = fact.genesisHash.flatMap({ Hash($0) })
            else { continue }
            do {
                let history = try ledger.registryHistory(project: manifest.project, network: spec.name)
                    .filter { $0.chainID == spec.chainID && $0.genesisHash == genesis }
                guard !history.isEmpty else { continue }
                try update(spec.name) { $0.merging(history) }
            } catch {
                failure = failure ?? "\(error)"
            }
        }
        return failure
    }
}

extension Plan<Action> {
    /// The networks that its steps change, sorted; those whose deployments are worth a record.
    var recordedNetworks: [String] {
        let names = steps.compactMap { step -> String? in
            switch step.work {
            case .deploy(let action), .implementation(let action, _):
                action.network.isRecorded ? action.network.name : nil
            case .beacon, .proxy, .generate, .compile, .audit, .call, .check, .factory, .verify: nil
            }
        }
        return Set(names).sorted()
    }

    /// Those, the networks that they come after, and those of which its steps read where something is, with the other names that a
    /// manifest has for their chains: sorted.
    func readNetworks(of manifest: Manifest) -> [String] {
        let read = steps.flatMap { step -> [String] in
            let references: [Interpolated.Reference]
            switch step.work {
            case .deploy(let action), .implementation(let action, _): references = action.references
            case .beacon(let action), .proxy(let action): references = action.spec.references
            case .call(let action):
                references = action.arguments.references + (action.unless?.equals.references ?? [])
            case .generate, .compile, .audit, .check, .factory, .verify: references = []
            }
            let first = [step.work.liveFirst?.network].compactMap(\.self).filter(\.isRecorded)
            return references.compactMap(\.otherNetwork) + first.map(\.name)
        }
        let names = Set(recordedNetworks + read)
        let recorded = manifest.networks.filter(\.isRecorded)
        let chains = Set(recorded.filter { names.contains($0.name) }.map(\.chainID))
        return names.union(recorded.filter { chains.contains($0.chainID) }.map(\.name)).sorted()
    }
}

extension Interpolated.Reference {
    /// The network that it names itself; nil where it names none.
    fileprivate var otherNetwork: String? {
        if case .deploymentAddress(_, let network) = self { network } else { nil }
    }
}
