package import Ethereum
package import EthereumTypes
import Foundation
package import Model

/// A local chain that answers, until it is stopped or this process ends.
package struct RunningDevnet: Sendable {
    package let url: String
    package let chainID: ChainID
    package let genesisHash: Hash
    /// `anvil` or `py-evm`.
    package let engine: String
    /// Each holds 10,000 ether at the genesis.
    package let accounts: [PrivateKey]
    /// Returns when the process is gone.
    package let stop: @Sendable () async -> Void
}

/// What runs local chains.
package enum Devnet {
    /// A program that can be one.
    package enum Engine: Hashable, Sendable {
        /// Foundry's, by its path.
        case anvil(String)
        /// The Python that has py-evm; hyperkit brings the server.
        case pyEVM(Tool)

        package var name: String {
            switch self {
            case .anvil: "anvil"
            case .pyEVM: "py-evm"
            }
        }
    }

    /// The best of those that this machine has; nil where it has none.
    ///
    /// That is anvil on `PATH`, which is faster; but where the chain is to be kept py-evm comes first: it has each
    /// block on the disk before it answers, and anvil writes its state down when it ends.
    package static func engine(pyEVM: Tool?, keepsState: Bool, world: World) -> Engine? {
        let server = pyEVM.map(Engine.pyEVM)
        if keepsState, let server { return server }
        for directory in (world.environment("PATH") ?? "").split(separator: ":")
        where directory.hasPrefix("/") {
            let path = "\(directory)/anvil"
            if world.files.kind(path) == .file { return .anvil(path) }
        }
        return server
    }

    /// Starts a chain, waits until it answers, and looks whether it is the one that was asked for.
    ///
    /// `stateDirectory` is an absolute path where the chain is kept, nil for one that is gone when it stops; `port` is
    /// on 127.0.0.1, nil for any that is free.
    ///
    /// - Throws: ``DevnetError``; nothing is left running then.
    package static func start(
        _ engine: Engine,
        chainID: ChainID,
        stateDirectory: String? = nil,
        port: UInt16? = nil,
        world: World
    ) async throws(DevnetError) -> RunningDevnet {
        switch engine {
        case .pyEVM(let python):
            let arguments = serverArguments(chainID, stateDirectory, port)
            let invocation = ToolInvocation(python, arguments, inputs: serverFiles)
            // A chain that was kept is run again from its first block, about a hundred blocks a second.
            let patience = Duration.seconds(stateDirectory == nil ? 60 : 600)
            let (service, line) = try await launch(engine, invocation, patience, world)
            guard let ready = try? JSONDecoder().decode(ReadyLine.self, from: Data(line.utf8)) else {
                await service.stop()
                throw .didNotStart(engine: engine.name, lastWords: "it said: \(line)")
            }
            return try await check(engine, service, url: ready.url, chainID, world)
        case .anvil(let path):
            return try await startAnvil(path, chainID, stateDirectory, port, world)
        }
    }

    /// The one line that the server says when it is ready.
    private struct ReadyLine: Decodable {
        var url: String
    }

    private static func serverArguments(_ chainID: ChainID, _ state: String?, _ port: UInt16?) -> [String] {
        var arguments = ["devnet.py", "--chain-id", "\(chainID)", "--exit-with-stdin"]
        if let port { arguments += ["--port", "\(port)"] }
        if let state { arguments += ["--state", state] }
        return arguments
    }

    private static var serverFiles: [String: Data] {
        [
            "devnet.py": Data(PackageResources.devnet_py),
            "devnet_chain.py": Data(PackageResources.devnet_chain_py),
            "devnet_methods.py": Data(PackageResources.devnet_methods_py),
            "devnet_run.py": Data(PackageResources.devnet_run_py),
        ]
    }

    /// anvil does not say which port it took in a line of its own, so the port is chosen here, and another one where
    /// that was not free.
    private static func startAnvil(
        _ path: String,
        _ chainID: ChainID,
        _ state: String?,
        _ port: UInt16?,
        _ world: World
    ) async throws(DevnetError) -> RunningDevnet {
        let engine = Engine.anvil(path)
        var failure = DevnetError.noEngine
        for _ in 0..<(port == nil ? 5 : 1) {
            let chosen = port ?? freePort(world)
            var arguments = ["--host", "127.0.0.1", "--port", "\(chosen)", "--chain-id", "\(chainID)"]
            // Two chains that start in the same second would else have the same genesis.
            arguments += ["--timestamp", "\(world.now().milliseconds / 1000 - Int64(chosen))"]
            if let state { arguments += ["--state", "\(state)/anvil.json", "--state-interval", "1"] }
            var environment: [String: String] = [:]
            for name in ["PATH", "HOME"] { environment[name] = world.environment(name) }
            let invocation = ToolInvocation(program: path, arguments: arguments, environment: environment)
            do {
                let (service, _) = try await launch(engine, invocation, .seconds(60), world)
                return try await check(engine, service, url: "http://127.0.0.1:\(chosen)", chainID, world)
            } catch {
                guard case .didNotStart = error else { throw error }
                failure = error
            }
        }
        throw failure
    }

    private static func freePort(_ world: World) -> UInt16 {
        let bytes = world.randomBytes(2)
        return 20_000 + (UInt16(bytes[0]) << 8 | UInt16(bytes[1])) % 30_000
    }

    private static func launch(
        _ engine: Engine,
        _ invocation: ToolInvocation,
        _ patience: Duration,
        _ world: World
    ) async throws(DevnetError) -> (RunningService, String) {
        let service: RunningService
        do {
            service = try await world.startService(invocation)
        } catch .cancelled {
            throw .cancelled
        } catch {
            throw .couldNotRun(error)
        }
        guard let line = await service.firstLine(patience) else {
            await service.stop()
            if Task.isCancelled { throw .cancelled }
            throw .didNotStart(engine: engine.name, lastWords: service.lastWords())
        }
        return (service, line)
    }

    private static func check(
        _ engine: Engine,
        _ service: RunningService,
        url: String,
        _ chainID: ChainID,
        _ world: World
    ) async throws(DevnetError) -> RunningDevnet {
        let rpc = EthereumRPC { body async throws(TransportFailure) in
            let request = HTTPRequest(
                method: "POST", url: url, headers: ["content-type": "application/json"], body: body
            )
            do throws(HTTPError) {
                return try await world.http(request).body
            } catch {
                throw .unknown(error.message)
            }
        }
        do {
            let found = try await rpc.chainID()
            guard found == chainID else {
                await service.stop()
                throw DevnetError.wrong(url: url, reason: "its chain id is \(found), not \(chainID)")
            }
            return RunningDevnet(
                url: url,
                chainID: chainID,
                genesisHash: try await rpc.genesisHash(),
                engine: engine.name,
                accounts: DevelopmentAccounts.all,
                stop: service.stop
            )
        } catch let error as DevnetError {
            throw error
        } catch {
            await service.stop()
            if Task.isCancelled { throw .cancelled }
            throw .wrong(url: url, reason: "\(error)")
        }
    }
}
