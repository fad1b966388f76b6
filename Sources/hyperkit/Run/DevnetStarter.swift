import Ethereum
import Foundation
import Model
import Steps
import Toolchain

/// Starts the chains of a run's devnets.
struct DevnetStarter: Sendable {
    let world: World
    /// An absolute path; what is kept of a persistent devnet stands below it.
    let stateDirectory: String
    let python: Result<Tool, ToolchainError>

    /// Without what to do about it, which is the hint's.
    private var whyNoPython: String {
        switch python {
        case .success: "no anvil on PATH"
        case .failure(.notInstalled(let name)): "there is no anvil on PATH, and \(name) is not installed"
        case .failure(let error): "\(error)"
        }
    }

    func start(_ spec: NetworkSpec) async throws(StepFailure) -> StartedChain {
        var directory: String?
        if case .devnet(.persistent, _) = spec.chain { directory = "\(stateDirectory)/devnets/\(spec.name)" }
        let engine = Devnet.engine(pyEVM: python.tool, keepsState: directory != nil, world: world)
        guard let engine else {
            throw StepFailure(
                .environment,
                code: "no-devnet",
                "nothing on this machine can be the devnet '\(spec.name)': \(whyNoPython)",
                hint: "run 'hyperkit toolchain install'"
            )
        }
        do {
            let devnet = try await Devnet.start(
                engine,
                chainID: spec.chainID,
                stateDirectory: directory,
                world: world
            )
            return StartedChain(url: devnet.url, key: devnet.accounts[0], stop: devnet.stop)
        } catch .cancelled {
            throw .cancelled
        } catch {
            throw StepFailure(
                .environment,
                code: "no-devnet",
                "the devnet '\(spec.name)' cannot be started: \(error)",
                hint: "run 'hyperkit doctor'"
            )
        }
    }
}
