import Foundation
import Testing

extension Pipelines {
    /// Keystore files, from their making to a signature.
    @Suite struct Keys {
        private static let password = ["HYPERKIT_PIPELINE_PASSWORD": "correct horse"]

        private static func keys(_ command: String, _ name: String, _ more: String...) -> [String] {
            ["keys", command, name, "--password", "env:HYPERKIT_PIPELINE_PASSWORD", "--json"] + more
        }

        @Test func makesAFileOfItsOwnersAloneAndNeverOverwritesIt() async throws {
            let sandbox = try Sandbox()
            let made = try await sandbox.hyperkit(Self.keys("new", "ci"), environment: Self.password)
            #expect(made.end == .exited(0))
            let facts = try JSON(text: made.output)
            #expect(facts["path"] == "keys/ci.json")
            let address = try #require(facts["address"].string)
            let place = sandbox.project.appending(path: "keys/ci.json").path()
            let mode = try FileManager.default.attributesOfItem(atPath: place)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try sandbox.names("keys") == ["ci.json"])
            let before = try sandbox.text("keys/ci.json")
            let store = try JSON(text: before)
            #expect(store["version"] == 3 && store["crypto"]["kdf"] == "scrypt")
            #expect(store["crypto"]["kdfparams"]["n"] == 262_144)
            #expect(store["address"].string == address.dropFirst(2).lowercased())

            let again = try await sandbox.hyperkit(Self.keys("new", "ci"), environment: Self.password)
            #expect(again.end == .exited(2))
            #expect(again.errors.hasPrefix("error: keys/ci.json is there already\n"))
            #expect(try sandbox.text("keys/ci.json") == before)

            let listed = try await sandbox.hyperkit(["keys", "list", "--json"])
            #expect(try JSON(text: listed.output).array.map { $0["address"].string } == [address])
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: place)
            let open = try await sandbox.hyperkit(["keys", "list"])
            #expect(
                open.errors
                    == "ci  others than its owner may use it (mode 0644): chmod 600 keys/ci.json\n")
        }

        @Test func aKeystoreSignsAndAnAddressAloneProposes() async throws {
            let sandbox = try Sandbox()
            let chain = try await RunningDevnet(sandbox)
            let imported = try await sandbox.hyperkit(
                Self.keys("import", "signers/dev.json", "--key", "env:HYPERKIT_PIPELINE_KEY"),
                environment: Self.password.merging(["HYPERKIT_PIPELINE_KEY": DevelopmentAccount.key]) { $1 })
            #expect(imported.end == .exited(0))
            #expect(try JSON(text: imported.output)["address"].string == DevelopmentAccount.address)
            let manifest = """
                version: 1
                project: keys
                contracts:
                  Token: { generate: { template: erc20, options: { name: Quick, symbol: QCK, premint: "1" } } }
                signers:
                  dev: { keystore: signers/dev.json, password: "env:HYPERKIT_PIPELINE_PASSWORD" }
                  nobody: { address: "\(DevelopmentAccount.address)" }
                networks:
                  store: { rpc: "\(chain.url)", chainId: 31337, signer: dev }
                  paper: { rpc: "\(chain.url)", chainId: 31337, signer: nobody }
                deployments:
                  token: { contract: Token, networks: [store, paper] }
                """
            try sandbox.write(Data(manifest.utf8), to: "keys.yaml")
            let run = try await sandbox.run("keys.yaml", "--network", "store", environment: Self.password)
            #expect(run.end == .exited(0), "\(run.errors)")
            #expect(try sandbox.report()["summary"]["deployments"]["created"] == 1)
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 1)

            let proposing = try await sandbox.run("keys.yaml", "--network", "paper")
            #expect(proposing.end == .exited(4))
            let report = try sandbox.report()
            #expect(report["summary"]["deployments"]["proposed"] == 1)
            let proposed = report["deployments"].first("network", "paper")
            #expect(proposed["action"] == "proposed")
            let files = try sandbox.names("reports/latest/unsigned")
            #expect(files.count == 1)
            let name = try #require(files.first)
            #expect(proposed["reason"].string?.contains("unsigned/\(name)") == true)
            let transaction = try JSON(text: try sandbox.text("reports/latest/unsigned/\(name)"))
            #expect(transaction["from"].string == DevelopmentAccount.address)
            #expect(transaction["nonce"] == "0x1" && transaction["chainId"] == "0x7a69")
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 1)
            await chain.stop()
        }
    }
}
