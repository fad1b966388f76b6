import BigInt
import Ethereum
import EthereumTypes
import Foundation
import Testing

/// A deployment with two equal calls that the one owner of a real Safe is asked for.
struct SafeBench {
    let sandbox: Sandbox
    let chain: RunningDevnet
    let node: FakeLaggingNode
    let wallet: Wallet
    let safe: RealSafe

    init(confirmations: Int = 1) async throws {
        sandbox = try Sandbox()
        chain = try await RunningDevnet(sandbox)
        wallet = try Wallet(chain)
        try await wallet.deployFactory()
        safe = try await RealSafe(wallet)
        node = try FakeLaggingNode(to: UInt16(try #require(URLComponents(string: chain.url)?.port)))
        try manifest(confirmations: confirmations)
    }

    /// Writes the manifest; both calls allow the same amount to the same account.
    func manifest(confirmations: Int = 1, amount: String = "3") throws {
        let allow =
            #"{ function: "approve(address,uint256)", arguments: ["\#(DevelopmentAccount.address)", "\#(amount)"] }"#
        try sandbox.write(
            Data(
                """
                version: 1
                project: safes
                registry: registry
                contracts:
                  Token: { generate: { template: erc20, options: { name: Quick, symbol: QCK, premint: "5" } } }
                signers:
                  dao: { safe: "\(safe.address)", multiSend: "\(safe.multiSend)" }
                networks:
                  council: { rpc: "\(node.url)", chainId: 31337, signer: dao, confirmations: \(confirmations) }
                deployments:
                  token:
                    contract: Token
                    networks: [council]
                    salt: one
                    calls:
                      allow: \(allow)
                      again: \(allow)
                """.utf8), to: "dao.yaml")
    }

    /// Runs, and gives what the owners are asked for.
    func proposal(of calls: Int, nonce: Int64) async throws -> JSON {
        let ran = try await run(4)
        let proposal = try #require(try asked(), "\(ran.errors)")
        #expect(
            proposal["calls"].array.count == calls && proposal["nonce"] == .integer(nonce), "\(proposal)")
        return proposal
    }

    /// What the owners are asked for by the last run; nil where it is nothing.
    func asked() throws -> JSON? {
        let files = (try? sandbox.names("reports/latest/safe")) ?? []
        return try files.first { !$0.hasSuffix("-builder.json") }.map {
            try JSON(text: try sandbox.text("reports/latest/safe/\($0)"))
        }
    }

    @discardableResult
    func run(_ code: Int32) async throws -> Sandbox.Ran {
        let ran = try await sandbox.run("dao.yaml", "--network", "council")
        #expect(ran.end == .exited(code), "\(ran.errors)")
        return ran
    }

    /// Runs, asks for nothing, and says why a step of it is blocked.
    func blocked(_ step: String = "call:token@council/allow") async throws -> JSON {
        try await run(4)
        #expect(try asked() == nil)
        return try sandbox.report()["steps"].first("id", step)["error"]
    }

    /// Runs twice: what the owners did is taken on record, each thing once, and then there is nothing to do.
    func converges() async throws {
        try await run(0)
        let report = try sandbox.report()
        #expect(
            report["steps"].array.filter { $0["id"].string?.hasPrefix("call:") == true }
                .allSatisfy { $0["status"] == "succeeded" })
        // Who executed it paid for it, once.
        #expect(report["networks"].array.allSatisfy { $0["spentWei"] == "0" }, "\(report["networks"])")
        try await run(0)
        #expect(try sandbox.report()["summary"]["steps"]["succeeded"] == 0)
        try onRecord()
    }

    /// The registry has the deployment and both calls.
    func onRecord() throws {
        let entries = try JSON(text: try sandbox.text("registry/council.json"))["deployments"].array
        #expect(entries.count == 1)
        #expect(
            entries.first?["calls"].array.map { $0["name"] }.sorted { "\($0)" < "\($1)" } == [
                "again", "allow",
            ])
    }

    func loseState() throws {
        try FileManager.default.removeItem(at: sandbox.project.appending(path: "state"))
    }

    /// The calls of a proposal, as a wallet makes a transaction of some of them with its own MultiSend.
    func imported(_ proposal: JSON, first count: Int, nonce: Int) async throws -> JSON {
        let calls = try proposal["calls"].array.prefix(count).map { call in
            SafeBatch.Call(
                to: try Address(try #require(call["to"].string)),
                value: .zero,
                data: try #require(Hex.decode(call["data"].string ?? "")))
        }
        let other = try await RealSafe.multiSend(wallet)
        let transaction = try #require(SafeBatch(calls)).transaction(nonce: 0, multiSend: other)
        return try await safe.proposal(
            to: transaction.to.description, data: Hex.prefixed(transaction.data),
            operation: Int(transaction.operation.rawValue), nonce: nonce)
    }

    /// Has a contract execute it that has the call to the Safe in its own code: no input tells of it.
    func executeUntold(_ proposal: JSON) async throws {
        let call = try safe.execution(of: proposal)
        func push(_ number: Int) -> [UInt8] { [0x62] + BigUInt(number).word.suffix(3) }
        func copying(_ count: Int, from place: Int) -> [UInt8] {
            push(count) + push(place) + push(0) + [0x39]
        }
        func code(_ place: Int) -> [UInt8] {
            copying(call.count, from: place) + push(0) + push(0) + push(call.count) + push(0) + push(0) + [
                0x73
            ]
                + safe.address.bytes + [0x5a, 0xf1, 0x00]
        }
        let runtime = code(code(0).count) + call
        func creation(_ place: Int) -> [UInt8] {
            copying(runtime.count, from: place) + push(runtime.count) + push(0) + [0xf3]
        }
        let contract = try await wallet.create(creation(creation(0).count) + runtime)
        try await wallet.call(contract, [])
    }

    func mine(_ blocks: Int) async throws {
        for _ in 0..<blocks { _ = try await chain.ask("evm_mine", "") }
    }

    func stop() async {
        node.stop()
        await chain.stop()
    }
}
