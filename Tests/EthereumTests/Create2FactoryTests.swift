import Ethereum
import EthereumTypes
import Testing

@Suite struct Create2FactoryTests {
    private struct Row: Decodable {
        let sender: String
        let chain: String
        let code: String
        let salt: String
        let proxy: String
        /// Empty where CreateX reverts.
        let createX: String
        let call: String
    }

    @Test func agreesOnAddressesAndOnWhatIsSent() throws {
        let rows = try VectorFile.rows("factories.jsonl", as: Row.self, count: 120)
        for row in rows {
            let sender = try Address(row.sender)
            let chain = try #require(UInt64(row.chain).flatMap { ChainID($0) })
            let code = try #require(Hex.decode(row.code.dropFirst(2)))
            let salt = try #require(Hex.decode(row.salt.dropFirst(2)))
            let made = Create2Factory.allCases.map { factory in
                factory.effectiveSalt(salt, sender: sender, chainID: chain).map {
                    Address.created2(
                        by: factory.address, salt: $0, initCodeHash: Keccak256.hash(code)
                    ).description
                }
            }
            #expect(made == [row.proxy, row.createX.isEmpty ? nil : row.createX])
            #expect(Hex.prefixed(Create2Factory.createX.callData(salt: salt, initCode: code)) == row.call)
            #expect(Create2Factory.deterministicProxy.callData(salt: salt, initCode: code) == salt + code)
        }
        #expect(rows.contains { $0.createX.isEmpty })
    }

    @Test func factoriesAreWhereEveryoneKnowsThem() {
        #expect(
            Create2Factory.allCases.map(\.address.description) == [
                "0x4e59b44847b379578588920cA78FbF26c0B4956C", "0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed",
            ])
    }

    /// The hash of the proxy's code is the one that explorers show for it.
    @Test func codeThatIsNotAFactorysIsNotTakenForIt() {
        #expect(Create2Factory.proxyCode.count == 69)
        #expect(
            Keccak256.hash(Create2Factory.proxyCode).description
                == "0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989")
        #expect(Create2Factory.deterministicProxy.isKnown(Create2Factory.proxyCode))
        #expect(!Create2Factory.deterministicProxy.isKnown([]))
        #expect(!Create2Factory.createX.isKnown(Create2Factory.proxyCode))
    }
}
