import Foundation
import Manifests
import Model
import Support
import Testing

@Suite struct ManifestSafetyTests {
    private let head = "version: 1\nproject: p\n"

    @Test func anAliasBombIsStoppedEarly() {
        let bomb = (1...9).map { level in
            "x\(level): &x\(level) [\(Array(repeating: "*x\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }.joined()
        #expect(
            complaint(head + "x0: &x0 [a, a]\n" + bomb) == """
                m.yaml:3:10: error: aliases make more than 20261 values of this file's 523 bytes [too-large]
                    3 │ x0: &x0 [a, a]
                      │          ^
                  hint: write a set or a variable for what repeats
                """
        )
    }

    @Test(arguments: ["? *x9\n: a\n", "*x9 : a\n", "{ *x9 : a }: b\n", "[*x9]: b\n", "? [*x9]\n: b\n"])
    func anAliasBombInAKeyIsNeverFollowed(_ key: String) {
        let bomb = (1...40).map { "x\($0): &x\($0) [*x\($0 - 1), *x\($0 - 1)]\n" }.joined()
        let said = complaint(head + "x0: &x0 [a, a]\n" + bomb + key)
        #expect(said.contains("error: a key is text, not a list, a map or an alias [yaml]"))
    }

    @Test func aVariableBombIsStopped() {
        let bomb = (1...60).map { "  v\($0): '\(String(repeating: "${var.v\($0 - 1)}", count: 9))'\n" }
            .joined()
        let said = complaint(head + "variables:\n  v0: aaaaaaaaaa\n" + bomb)
        #expect(said.contains("error: variables make a text of more than 1048576 bytes of this [too-large]"))
    }

    @Test func manyAliasesAreRefused() {
        let said = complaint(
            head + "x: &x 1\ny: [\(Array(repeating: "*x", count: 101).joined(separator: ", "))]\n")
        #expect(
            said.hasPrefix(
                "m.yaml:4:405: error: the file has 101 aliases, more than the 100 that are followed"))
    }

    @Test(arguments: [200, 900, 5000])
    func deepNestingIsRefused(_ depth: Int) {
        let nest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(
            complaint(head + "contracts: \(nest)\n").contains(
                "error: this is nested more than 100 levels deep"))
    }

    @Test(arguments: [
        (9, "this is nested more than 100 levels deep"), (99, "a file of this size has at most 9 aliases"),
    ])
    func aChainOfDeepAliasesIsRefused(_ length: Int, _ message: String) {
        let open = String(repeating: "[", count: 900)
        let close = String(repeating: "]", count: 900)
        let chain = (1...length).map { "x\($0): &x\($0) \(open)*x\($0 - 1)\(close)\n" }.joined()
        #expect(complaint(head + "x0: &x0 a\n" + chain).contains("error: " + message))
    }

    @Test func invalidUTF8IsPointedAt() {
        let files = MemoryFiles()
        files["/p/m.yaml"] = Data("version: 1\nproject: p\nsets: ".utf8) + [0xff, 0xfe, 0x0a]
        #expect(
            complaint(["m.yaml"], files) == """
                m.yaml:3:7: error: byte 29 of the file is not UTF-8 [utf8]
                    3 │ sets: \u{fffd}\u{fffd}
                      │       ^
                  hint: save the file as UTF-8
                """
        )
    }

    @Test func aLargeFileIsNotParsed() {
        let files = MemoryFiles()
        files["/p/m.yaml"] = Data(repeating: UInt8(ascii: "#"), count: 10 << 20 | 1)
        let said = complaint(["m.yaml"], files)
        #expect(
            said.contains(
                "error: the file is 10485761 bytes, more than the 10485760 that are read [too-large]"))
    }

    @Test func aByteOrderMarkAndForeignLineBreaksAreFine() throws {
        let text = "\u{feff}version: 1\r\nproject: p\r\ncontracts:\r\n  A: { source: a.sol, x: 1 }\r\n"
        #expect(
            complaint(text) == """
                m.yaml:4:23: error: unknown key 'x' in contract 'A' [unknown-key]
                    4 │   A: { source: a.sol, x: 1 }
                      │                       ^
                  hint: allowed are source, generate, compiler, policy
                """
        )
    }

    @Test func columnsCountBytes() {
        #expect(
            complaint(head + "contracts: { A: { source: \"ü.sol\", x: 1 } }\n") == """
                m.yaml:3:37: error: unknown key 'x' in contract 'A' [unknown-key]
                    3 │ contracts: { A: { source: "ü.sol", x: 1 } }
                      │                                    ^
                  hint: allowed are source, generate, compiler, policy
                """
        )
    }

    private let key = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"

    @Test(arguments: ["", "0x", "env:0x", " "])
    func aPrivateKeyIsRefusedAndNeverShown(_ prefix: String) {
        let said = complaint(head + "signers: { ci: { key: \"\(prefix)\(key)\", foo: 1 } }\n")
        #expect(!said.contains(key.prefix(16)))
        #expect(said.contains("error:"))
        #expect(said.contains("unknown key 'foo'"))
    }

    @Test func aPrivateKeyHasItsOwnMessage() {
        #expect(
            complaint(head + "signers: { ci: { key: '0x\(key)' } }\n") == """
                m.yaml:3:23: error: 'key' of signer 'ci': a private key is written here [inline-secret]
                  hint: take it out of the file and of its history, move the funds, and write env:NAME, file:PATH or \
                cmd:[program, argument]
                """
        )
    }

    @Test func aPasswordOrMnemonicIsNotRepeated() {
        #expect(
            complaint(head + "signers: { ci: { key: correct horse battery staple } }\n") == """
                m.yaml:3:23: error: 'key' of signer 'ci': a secret is not written here, but where it can be read \
                [wrong-value]
                  hint: write env:NAME, file:PATH or cmd:[program, argument]
                """
        )
    }

    @Test(arguments: ["rpc: '%', chainId: 1", "engine: '%'", "engine: devnet, signer: '%'", "engine: [a, %"])
    func aPrivateKeyInTheWrongPlaceIsMasked(_ text: String) {
        let said = complaint(head + "networks: { n: { \(text.replacing("%", with: "0x" + key)) } }\n")
        #expect(said.contains("error:"))
        #expect(!said.contains(key.prefix(16)))
    }

    @Test func damagedManifestsNeverCrash() {
        let whole = Array(GoodManifestTests.whole.utf8)
        let odd = Array("{}[]:,&*!|>'\"%@#?- \n\t$".utf8)
        var random = SeededRandom(seed: 7)
        for length in stride(from: 0, to: whole.count, by: 7) {
            _ = complaint(["m.yaml"], disk(Array(whole.prefix(length))))
        }
        for _ in 0..<400 {
            var bytes = whole
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(odd[Int.random(in: 0..<odd.count, using: &random)], at: at)
                default: bytes.swapAt(at, Int.random(in: 0..<bytes.count, using: &random))
                }
            }
            let said = complaint(["m.yaml"], disk(bytes))
            #expect(said.isEmpty || said.contains("error:"))
        }
    }

    private func disk(_ bytes: [UInt8]) -> MemoryFiles {
        let files = MemoryFiles(["/p/more/n.yaml": GoodManifestTests.networks])
        files["/p/m.yaml"] = Data(bytes)
        return files
    }
}
