import Ethereum
import EthereumTypes
import Foundation
import Model
import Synchronization
import Testing
import Transport

extension Pipelines {
    /// The program that tells the code of many contracts, in an EVM.
    @Suite struct CodesTests {
        /// The methods of each request.
        private final class Methods: Sendable {
            let all = Mutex<[[String]]>([])
        }

        private func client(_ chain: RunningDevnet, together: Int?, _ asked: Methods) -> EthereumRPC {
            let (url, http) = (chain.url, HTTPClient())
            let line = EthereumRPC.Line(
                send: { body, _ throws(TransportFailure) in
                    let text = String(decoding: body, as: UTF8.self)
                    asked.all.withLock {
                        $0.append(text.matches(of: /"method":"(\w+)"/).map { String($0.output.1) })
                    }
                    do throws(HTTPError) {
                        return try await http.send(
                            HTTPRequest(
                                method: "POST", url: url, headers: ["Content-Type": "application/json"],
                                body: body)
                        ).body
                    } catch {
                        throw .unknown(error.message)
                    }
                }, heard: { _ in })
            return EthereumRPC(together: together, choose: { line })
        }

        @Test func aProgramTellsWhatEachQuestionByItselfDoes() async throws {
            let chain = try await RunningDevnet(try Sandbox())
            // All lengths with the 32 bytes that each has are, from the sixth on, just what an answer holds.
            let codes: [[UInt8]] = [
                [0xfe], (0..<500).map { UInt8(truncatingIfNeeded: $0) },
                [UInt8](repeating: 0x5b, count: 12_000),
                [], [0xef, 0x01] + [UInt8](repeating: 7, count: 21),
                [UInt8](repeating: 0xff, count: 24_576 - 32 - 35 - 65), [1, 2, 3],
                [UInt8](repeating: 0, count: 33),
            ]
            var addresses: [Address] = []
            for (number, code) in codes.enumerated() {
                // Bytes that would be a jump's target and the start of a push, were they taken for the program.
                let bytes = [0x5b, 0x7f] + [UInt8](repeating: UInt8(number + 1), count: 18)
                let address = try #require(Address(bytes: bytes))
                addresses.append(address)
                _ = try await chain.ask("anvil_setCode", "\"\(address)\", \"\(Hex.prefixed(code))\"")
            }
            let (limited, free) = (Methods(), Methods())
            #expect(try await client(chain, together: 5, limited).codes(of: addresses) == codes)
            #expect(try await client(chain, together: nil, free).codes(of: addresses) == codes)
            // The sixth does not go with those before it; the fourth and the fifth are asked for themselves.
            #expect(
                limited.all.withLock(\.self) == [["eth_call"], ["eth_call"], ["eth_getCode", "eth_getCode"]])
            #expect(free.all.withLock(\.self) == [[String](repeating: "eth_getCode", count: 8)])
            await chain.stop()
        }
    }
}
