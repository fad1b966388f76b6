import ArgumentParser
import Ethereum
import EthereumTypes
import Foundation
import Model
import Steps
import Toolchain

/// A local chain in the foreground.
struct DevnetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devnet",
        abstract: "Runs a local chain with funded accounts until it is interrupted.",
        discussion: """
            The accounts are those of the mnemonic "test test test test test test test test test test test junk"; \
            their keys are public. With --state the chain is kept and goes on where it was.
            """
    )

    @Option(help: ArgumentHelp("The port on 127.0.0.1; 0 for any that is free.", valueName: "n"))
    var port: UInt16 = 8545
    @Option(help: ArgumentHelp("The number of the chain.", valueName: "n"))
    var chainId: UInt64 = 31_337
    @Option(help: ArgumentHelp("Where the chain is kept.", valueName: "dir"))
    var state: String?
    @Flag(help: "Prints what is running as JSON on standard output.") var json = false

    func validate() throws {
        guard ChainID(chainId) != nil else { throw ValidationError("--chain-id takes a number from 1 on") }
        guard state != "" else { throw ValidationError("--state takes a directory") }
    }

    func run() async throws {
        let scratch = try Scratch.directory()
        try await run(in: .live(scratch: scratch))
    }

    func run(in world: World) async throws {
        guard let chainID = ChainID(chainId) else {
            throw ValidationError("--chain-id takes a number from 1 on")
        }
        let directory = state.map { PathText.join(FileManager.default.currentDirectoryPath, $0) }
        // Here, since the chain's own words for a folder that cannot be used are those of its language.
        if let directory { try FileAccess.makeDirectory(directory) }
        let python = try? Toolchain(world: world).find("py-evm")
        guard let engine = Devnet.engine(pyEVM: python, keepsState: directory != nil, world: world) else {
            Console.fail(
                "nothing on this machine can be a devnet", hint: "run 'hyperkit toolchain install'")
            throw Exit.environment
        }
        let interrupts = Interrupts()
        let failure = await interrupts.run { () -> DevnetError? in
            do throws(DevnetError) {
                let devnet = try await Devnet.start(
                    engine,
                    chainID: chainID,
                    stateDirectory: directory,
                    port: port == 0 ? nil : port,
                    world: world
                )
                tell(devnet)
                while (try? await world.sleep(.seconds(3600))) != nil {}
                await devnet.stop()
                return nil
            } catch {
                return error
            }
        }
        if let signal = interrupts.signal { throw Exit(code: 128 + signal) }
        if let failure {
            Console.fail("\(failure)")
            throw Exit.environment
        }
    }

    private func tell(_ devnet: RunningDevnet) {
        if json {
            let facts = [
                "chainId": devnet.chainID.description, "engine": devnet.engine,
                "genesisHash": devnet.genesisHash.description, "url": devnet.url,
            ]
            Console.out(String(decoding: (try? JSONEncoder.sorted.encode(facts)) ?? Data(), as: UTF8.self))
        }
        Console.err("devnet (\(devnet.engine)) at \(devnet.url), chain id \(devnet.chainID)")
        Console.err("genesis \(devnet.genesisHash)")
        Console.err("funded accounts, keys from the public test mnemonic:")
        for account in devnet.accounts { Console.err("  \(account.address)") }
        Console.err("stop it with Control-C")
    }
}
