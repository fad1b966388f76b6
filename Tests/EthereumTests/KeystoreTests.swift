import EthereumTypes
import Foundation
import Testing

@testable import Ethereum

@Suite struct KeystoreTests {
    private struct Row: Decodable {
        let store: Store
        let password: String
        let note: String
        let key: String
        let address: String
    }

    /// A keystore as the vectors have it, kept as JSON.
    private struct Store: Decodable {
        let value: JSONValue

        init(from decoder: any Decoder) throws { value = try JSONValue(from: decoder) }

        var json: Data { get throws { try JSONEncoder().encode(value) } }
    }

    private static func rows() throws -> [Row] {
        try VectorFile.rows("keystores.jsonl", as: Row.self, count: 203)
    }

    @Test func opensWhatEthKeyfileAndTheDefinitionClosed() async throws {
        for row in try Self.rows() {
            let store = try Keystore(json: try row.store.json)
            guard Self.isAffordable(store) else { continue }
            let key = try await store.key(password: row.password)
            #expect(Hex.prefixed(key.copyOfBytes()) == row.key, "\(row.note)")
            #expect(key.address.description == row.address)
            #expect(store.address == (row.note.hasPrefix("no") || row.note == "official" ? nil : key.address))
        }
        let notes = Set(try Self.rows().map(\.note))
        #expect(notes.isSuperset(of: ["official", "zeros lost", "spelt otherwise", "no address"]))
    }

    /// Without optimization the two files with r = 1 and a large n take minutes.
    private static func isAffordable(_ store: Keystore) -> Bool {
        #if DEBUG
            guard case .scrypt(let n, _, _, _) = store.derivation else { return true }
            return n < 1 << 16
        #else
            return true
        #endif
    }

    /// What is done where swift-crypto refuses an n that is large for its r is the same where it does not.
    @Test(arguments: [(2, 1, 1), (16, 1, 3), (64, 8, 1), (128, 3, 2), (32, 5, 4)])
    func theOwnScryptAgreesWithThatOfSwiftCrypto(_ n: Int, _ r: Int, _ p: Int) throws {
        let password = Array("pleaseletmein".utf8)
        let salt = Array("SodiumChloride".utf8)
        let own = try Scrypt.key(of: password, salt: salt, n: n, r: r, p: p)
        let theirs = try KeyDerivation.scrypt(n: n, r: r, p: p, salt: salt).key(of: "pleaseletmein")
        #expect(own == theirs)
    }

    /// The same key, password, salt and counter give the same bytes, so eth-keyfile opens what is closed here.
    @Test func closesAsEthKeyfileDoes() async throws {
        for row in try Self.rows() where row.note == "made" || row.note == "leading zeros" {
            let theirs = try Keystore(json: try row.store.json)
            let ours = try await Keystore.closing(
                try PrivateKey(hex: row.key),
                password: row.password,
                derivation: theirs.derivation,
                initialCounter: theirs.initialCounter
            )
            let written = try JSONDecoder().decode(JSONValue.self, from: ours.json(id: Array(0..<16)))
            #expect(written["crypto"] == row.store.value["crypto"])
            #expect(written["version"] == .integer(3))
            #expect(written["id"] == .string("00010203-0405-4607-8809-0a0b0c0d0e0f"))
            #expect(written["address"]?.string == row.address.dropFirst(2).lowercased())
        }
    }

    private static let key = String(repeating: "0b", count: 32)

    private static func closed(_ password: String = "right") async throws -> Keystore {
        try await Keystore.closing(
            try PrivateKey(hex: key),
            password: password,
            derivation: .scrypt(n: 2, r: 8, p: 1, salt: [1, 2, 3]),
            initialCounter: [UInt8](repeating: 0xff, count: 16)
        )
    }

    @Test(arguments: ["", "Right", "right ", "right\n"])
    func refusesAnotherPassword(_ password: String) async throws {
        let store = try await Self.closed()
        await #expect(throws: KeystoreError.wrongPassword) { try await store.key(password: password) }
    }

    @Test func refusesEveryChangedByte() async throws {
        let store = try await Self.closed()
        for index in store.ciphertext.indices {
            var ciphertext = store.ciphertext
            ciphertext[index] ^= 1
            let changed = Keystore(
                address: store.address, derivation: store.derivation, initialCounter: store.initialCounter,
                ciphertext: ciphertext, mac: store.mac)
            await #expect(throws: KeystoreError.wrongPassword) { try await changed.key(password: "right") }
        }
    }

    @Test func refusesTheKeyOfAnotherAddressAndWhatIsNoKey() async throws {
        let store = try await Self.closed()
        // The counter is in no check of the file: only the address tells.
        let other = Keystore(
            address: store.address, derivation: store.derivation,
            initialCounter: [UInt8](repeating: 0, count: 16), ciphertext: store.ciphertext, mac: store.mac)
        let error = await #expect(throws: KeystoreError.self) { try await other.key(password: "right") }
        guard case .otherAddress(named: try PrivateKey(hex: Self.key).address, found: _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let rows = try Self.rows()
        let text = String(decoding: try rows[0].store.json, as: UTF8.self)
        let named = #"{"address":"0000000000000000000000000000000000000001","# + text.dropFirst()
        let lying = try Keystore(json: Data(named.utf8))
        let lie = await #expect(throws: KeystoreError.self) {
            try await lying.key(password: rows[0].password)
        }
        #expect(lie?.description.contains(rows[0].address) == true)
    }

    @Test(
        arguments: [
            ("\"version\":3", "\"version\":4", .unsupported("version 4")),
            ("aes-128-ctr", "aes-128-cbc", .unsupported("cipher 'aes-128-cbc'")),
            ("\"scrypt\"", "\"argon2\"", .unsupported("kdf 'argon2'")),
            ("\"n\":2", "\"n\":3", .malformed(field: "n")),
            ("\"n\":2", "\"n\":0", .malformed(field: "n")),
            ("\"n\":2", "\"n\":-2", .malformed(field: "n")),
            ("\"r\":8", "\"r\":0", .malformed(field: "r")),
            ("\"p\":1", "\"p\":0", .malformed(field: "p")),
            ("\"n\":2", "\"n\":2097152", .tooExpensive("scrypt with n 2097152, r 8, p 1")),
            (
                "\"p\":1", "\"p\":9223372036854775807",
                .tooExpensive("scrypt with n 2, r 8, p 9223372036854775807")
            ),
            ("\"dklen\":32", "\"dklen\":16", .malformed(field: "dklen")),
            ("\"salt\":\"010203\"", "\"salt\":\"01020\"", .malformed(field: "salt")),
            ("\"iv\":\"ff", "\"iv\":\"", .malformed(field: "iv")),
            ("\"mac\":\"", "\"mac\":\"00", .malformed(field: "mac")),
            ("\"ciphertext\":\"", "\"ciphertext\":\"00", .malformed(field: "ciphertext")),
            ("\"address\":\"", "\"address\":\"00", .malformed(field: "address")),
            ("\"crypto\"", "\"krypto\"", .notAKeystore),
        ] as [(String, String, KeystoreError)])
    func refusesWhatItWouldNotOpen(_ old: String, _ new: String, _ error: KeystoreError) async throws {
        let pretty = try await Self.closed().json(id: Array(0..<16))
        let value = try JSONDecoder().decode(JSONValue.self, from: pretty)
        let text = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        #expect(text.contains(old))
        #expect(throws: error) { try Keystore(json: Data(text.replacing(old, with: new).utf8)) }
    }

    @Test func boundsTheRoundsOfPBKDF2AndTheSizeOfTheFile() throws {
        func parameters(_ c: Int?, _ prf: String? = nil) -> KeystoreParameters {
            KeystoreParameters(dklen: 32, salt: "00", c: c, prf: prf)
        }
        #expect(try KeyDerivation("pbkdf2", parameters(10_000_000)) == .pbkdf2(c: 10_000_000, salt: [0]))
        #expect(throws: KeystoreError.tooExpensive("pbkdf2 with c 10000001")) {
            try KeyDerivation("pbkdf2", parameters(10_000_001))
        }
        #expect(throws: KeystoreError.malformed(field: "c")) { try KeyDerivation("pbkdf2", parameters(0)) }
        #expect(throws: KeystoreError.unsupported("prf 'hmac-sha1'")) {
            try KeyDerivation("pbkdf2", parameters(1, "hmac-sha1"))
        }
        #expect(throws: KeystoreError.notAKeystore) { try Keystore(json: Data(count: 65_537)) }
    }

    @Test func printsNothingOfItsKey() async throws {
        var dumped = ""
        let store = try await Self.closed()
        dump(store, to: &dumped)
        dumped += String(decoding: store.json(id: Array(0..<16)), as: UTF8.self)
        for secret in [Self.key, "right", "11, 11, 11", "- 11\n"] { #expect(!dumped.contains(secret)) }
    }
}
