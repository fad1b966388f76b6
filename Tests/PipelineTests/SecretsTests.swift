import Foundation
import Testing

extension Pipelines {
    /// Nothing that a run leaves, shows or hands to other programs holds a secret that it was told where to read.
    @Suite struct Secrets {
        // The keys are those of development chains, so that their accounts have funds.
        private static let byEnvironment = Canary(
            "the key in the environment",
            key: "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")
        private static let byFile = Canary(
            "the key in a file", key: "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a")
        private static let byCommand = Canary(
            "the key from a command", key: "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6")
        private static let byKeystore = Canary(
            "the key in a keystore", key: "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a")
        private static let password = Canary("the password", text: "päss w%rd/+&=canary-4417")
        private static let wrongPassword = Canary("the wrong password", text: "wröng w%rd/+&=canary-9921")
        private static let wrongKey = Canary("the wrong key", text: "zz-canary-6f1e0c9b77a2")
        private static let endpoint = Canary("the key of the endpoint", text: "canary3b0a66e1d8c94f52")
        private static let gone = Canary(
            "the key of an endpoint that is down", text: "canary77d01ce9b2a84031")
        private static let service = Canary("the key of a service", text: "canaryc41a5be0937f6d28")

        private static let all = [
            byEnvironment, byFile, byCommand, byKeystore, password, wrongPassword, wrongKey, endpoint, gone,
            service,
        ]

        private static let manifest = """
            version: 1
            project: secrets
            contracts:
              Token: { generate: { template: erc20, options: { name: Quick, symbol: QCK, premint: "1" } } }
            signers:
              env: { key: "env:CANARY_KEY" }
              file: { key: "file:secrets/key" }
              command: { key: { cmd: [secrets/tell] } }
              store: { keystore: secrets/store.json, password: "env:CANARY_PASSWORD" }
              service: { rpc: "env:CANARY_SERVICE", address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" }
            networks:
              env: { rpc: "env:CANARY_RPC", chainId: 31337, signer: env }
              file: { rpc: "env:CANARY_RPC", chainId: 31337, signer: file }
              command: { rpc: "env:CANARY_RPC", chainId: 31337, signer: command }
              store: { rpc: "env:CANARY_RPC", chainId: 31337, signer: store }
              service: { rpc: "env:CANARY_RPC", chainId: 31337, signer: service }
              gone: { rpc: "env:CANARY_GONE", chainId: 31337, signer: env }
            deployments:
              token: { contract: Token, networks: [env, file, command, store, service, gone] }
            """

        /// What the files and texts hold that they should not, by their names.
        private func leaks(_ files: [String: Data]) -> [String] {
            files.flatMap { path, bytes in
                Self.all.compactMap { canary in canary.form(in: bytes).map { "\(path): \($0)" } }
            }.sorted()
        }

        /// All that is in the sandbox but what the test put there.
        private func left(_ sandbox: Sandbox) throws -> [String: Data] {
            try sandbox.everything().filter { !$0.key.hasPrefix("project/secrets/") }
        }

        @Test func aLeakOfEachFormIsFound() throws {
            let sandbox = try Sandbox()
            for canary in Self.all {
                for (index, form) in canary.forms.enumerated() {
                    let planted = Data("before ".utf8) + form.bytes + Data(" behind".utf8)
                    try sandbox.write(planted, to: "state/planted")
                    #expect(
                        leaks(try left(sandbox)).count >= 1, "\(canary.name), form \(index): \(form.name)")
                }
                let text = Data(("x" + canary.text + "y").utf8)
                try sandbox.write(Data(text.base64EncodedString().utf8), to: "state/planted")
                #expect(leaks(try left(sandbox)).first?.contains("base64") == true, "\(canary.name)")
                try sandbox.write(Data("nothing".utf8), to: "state/planted")
                #expect(leaks(try left(sandbox)) == [])
            }
        }

        @Test func noneIsLeftOrShown() async throws {
            let sandbox = try Sandbox()
            let chain = try await RunningDevnet(sandbox)
            try prepare(sandbox)
            let temporary = sandbox.project.appending(path: "temporary")
            try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: false)
            let environment = [
                "CANARY_KEY": Self.byEnvironment.text, "CANARY_PASSWORD": Self.password.text,
                "CANARY_RPC": "\(chain.url)/v3/\(Self.endpoint.text)", "TMPDIR": temporary.path(),
                "CANARY_GONE": "http://127.0.0.1:1/v3/\(Self.gone.text)?apikey=\(Self.gone.text)",
                "CANARY_SERVICE": "http://user:\(Self.service.text)@127.0.0.1:1/\(Self.service.text)",
            ]
            var shown: [String: Data] = [:]
            func keep(_ name: String, _ ran: Sandbox.Ran) {
                shown["stderr of \(name)"] = Data(ran.errors.utf8)
            }

            let imported = try await sandbox.hyperkit(
                [
                    "keys", "import", "secrets/store.json", "--key", "file:secrets/key-of-store",
                    "--password",
                    "env:CANARY_PASSWORD",
                ], environment: environment)
            #expect(imported.end == .exited(0))
            keep("import", imported)

            let named = ["env", "file", "command", "store"].flatMap { ["--network", $0] }
            let extra = ["--events", "events.jsonl", "--trace", "trace.json"]
            let good = try await sandbox.hyperkit(
                Sandbox.command("run", "secrets.yaml", progress: "json", named + extra),
                environment: environment)
            #expect(good.end == .exited(0), "\(good.errors)")
            keep("run", good)
            #expect(try sandbox.report()["summary"]["deployments"]["created"] == 4)
            let plan = try await sandbox.hyperkit(
                Sandbox.command("plan", "secrets.yaml", ["--all-networks", "--json"]),
                environment: environment)
            keep("plan", plan)
            // The command has looked at all processes and at its own environment while it ran.
            #expect(sandbox.exists("seen"))

            // Now everything goes wrong, on a state that knows of nothing.
            try sandbox.write(Data(Self.failing.utf8), to: "secrets/tell")
            try setMode(0o644, "secrets/key", sandbox)
            let wrong = environment.merging([
                "CANARY_KEY": Self.wrongKey.text, "CANARY_PASSWORD": Self.wrongPassword.text,
            ]) { $1 }
            let bad = try await sandbox.hyperkit(
                Sandbox.command("run", "secrets.yaml", state: "other", ["--all-networks"] + extra),
                environment: wrong)
            #expect(bad.end == .exited(5))
            keep("run where all goes wrong", bad)
            let said = try await sandbox.hyperkit(
                Sandbox.command(
                    "run", "secrets.yaml", state: "third", progress: "json",
                    ["--all-networks", "--log-format", "json"]),
                environment: wrong)
            #expect(said.end == .exited(5))
            keep("run where all goes wrong, as JSON", said)
            let messages = try said.errors.split(separator: "\n").map { try JSON(text: String($0)) }
            #expect(
                Set(messages.filter { $0["level"] == "error" }.compactMap { $0["code"].string })
                    .isSuperset(of: ["no-secret", "bad-key", "signer-unavailable", "bad-keystore"]))
            let failed = try sandbox.report()["steps"].array.filter { $0["kind"] == "deploy" }
            #expect(
                Set(failed.map { "\($0["id"].string ?? "") \($0["error"]["code"].string ?? "")" }) == [
                    "deploy:token@command no-secret", "deploy:token@env bad-key",
                    "deploy:token@file no-secret",
                    "deploy:token@gone network-unavailable", "deploy:token@service signer-unavailable",
                    "deploy:token@store bad-keystore",
                ])

            let inline = Self.manifest.replacing("env:CANARY_KEY", with: Self.byEnvironment.text)
                .replacing("env:CANARY_PASSWORD", with: Self.password.text)
            try sandbox.write(Data(inline.utf8), to: "secrets/inline.yaml")
            let validated = try await sandbox.hyperkit(["validate", "secrets/inline.yaml"])
            #expect(validated.end == .exited(2))
            keep("validate", validated)
            let asJSON = try await sandbox.hyperkit(
                ["validate", "secrets/inline.yaml", "--log-format", "json"])
            #expect(asJSON.end == .exited(2))
            #expect(try asJSON.errors.split(separator: "\n").map { try JSON(text: String($0)) }.count > 1)
            keep("validate, as JSON", asJSON)
            await chain.stop()

            let left = try left(sandbox)
            #expect(left.keys.contains { $0.hasSuffix("state/state.db") })
            #expect(left.keys.contains { $0.hasSuffix("report.md") })
            #expect(leaks(left.merging(shown) { $1 }) == [])
        }

        private static let telling = """
            #!/bin/sh
            cat /proc/[0-9]*/cmdline /proc/self/environ >> "$(dirname "$0")/../seen" 2>/dev/null
            cat "$(dirname "$0")/key-of-command"
            """

        private static let failing = """
            #!/bin/sh
            cat "$(dirname "$0")/key-of-command" >&2
            cat "$(dirname "$0")/key-of-command"
            exit 3
            """

        private func prepare(_ sandbox: Sandbox) throws {
            try sandbox.write(Data(Self.manifest.utf8), to: "secrets.yaml")
            let files = [
                "key": Self.byFile.text, "key-of-command": Self.byCommand.text,
                "key-of-store": Self.byKeystore.text, "tell": Self.telling,
            ]
            for (name, text) in files {
                try sandbox.write(Data("\(text)\n".utf8), to: "secrets/\(name)")
                try setMode(name == "tell" ? 0o700 : 0o600, "secrets/\(name)", sandbox)
            }
        }

        private func setMode(_ mode: Int, _ path: String, _ sandbox: Sandbox) throws {
            try FileManager.default.setAttributes(
                [.posixPermissions: mode], ofItemAtPath: sandbox.project.appending(path: path).path())
        }
    }
}
