import EthereumTypes
import Manifests
import Model
import Testing

/// Salts, factories and libraries of deployments.
@Suite struct CreationManifestTests {
    private func manifest(_ deployment: String, more: String = "") -> String {
        """
        version: 1
        project: p
        contracts: { A: { source: a.sol } }
        networks: { dev: { engine: devnet, values: { math: '0x00000000000000000000000000000000deadbeef' } } }
        deployments:
          a: { contract: A, networks: [dev], \(deployment) }
        \(more)
        """
    }

    private func creation(_ deployment: String, more: String = "") throws -> CreationSpec {
        let loaded = try load(manifest(deployment, more: more))
        return try #require(loaded.manifest.deployments.first { $0.name == "a" }).creation
    }

    @Test func aSaltIsForTheProxyUnlessAFactoryIsNamed() throws {
        let plain = try #require(try creation("salt: treasury-v1").salt)
        #expect(plain.text.text == "treasury-v1")
        #expect(plain.factory == .deterministicProxy)
        #expect(!plain.isSameEverywhere)
        let other = try #require(
            try creation("salt: 'v1 on ${network.name}', factory: createx, sameAddress: true").salt)
        #expect(other.factory == .createX)
        #expect(other.isSameEverywhere)
        #expect(other.text.references == [.networkName])
        #expect(try creation("redeploy: always") == .plain)
    }

    @Test func librariesAreNamedByNameOrPath() throws {
        let libraries = try creation(
            "libraries: { Math: '${network.values.math}', 'lib/B.sol:Sort': '${deployments.b.address}' }",
            more: "  b: { contract: A, networks: [dev] }"
        ).libraries
        #expect(libraries.map(\.name.value) == ["Math", "lib/B.sol:Sort"])
        #expect(
            libraries.map(\.address.references) == [
                [.networkValue(key: "math")], [.deploymentAddress(name: "b", network: nil)],
            ])
        #expect(libraries[0].name.location.line == 6)
    }

    @Test func pathsOfLibrariesAreRelativeToTheirFile() throws {
        let loaded = try load(
            """
            version: 1
            project: p
            include: [more/b.yaml]
            """,
            others: [
                "more/b.yaml": """
                version: 1
                contracts: { A: { source: a.sol } }
                networks: { dev: { engine: devnet } }
                deployments:
                  a: { contract: A, networks: [dev], libraries: { 'lib/B.sol:Sort': '0x00000000000000000000000000000000deadbeef' } }
                """
            ])
        #expect(
            loaded.manifest.deployments.first?.creation.libraries.map(\.name.value) == ["more/lib/B.sol:Sort"]
        )
    }

    @Test func whatCannotBeIsTold() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: a.sol } }
            networks: { dev: { engine: devnet } }
            deployments:
              a: { contract: A, networks: [dev], salt: v1, redeploy: always }
              b: { contract: A, networks: [dev], factory: createx }
              c: { contract: A, networks: [dev], sameAddress: true }
              d: { contract: A, networks: [dev], salt: '0x12' }
              e: { contract: A, networks: [dev], salt: v1, factory: createX }
              f: { contract: A, networks: [dev], salt: '${deployments.a.address}' }
              g: { contract: A, networks: [dev], libraries: { 'Math.vy:Math': '0x00000000000000000000000000000000deadbeef' } }
              h: { contract: A, networks: [dev], libraries: { Math: '${deployments.maths.address}' } }
              maths2: { contract: A, networks: [dev], libraries: { Math: ok }, slat: v1 }
            """
        )
        #expect(
            said == """
                m.yaml:6:58: error: deployment 'a' has a salt and 'redeploy: always', and nothing can be made twice at one address [conflicting-keys]
                    6 │   a: { contract: A, networks: [dev], salt: v1, redeploy: always }
                      │                                                          ^^^^^^
                  hint: take one of the two out; with a salt it is made anew where code or arguments change
                m.yaml:7:38: error: 'factory' of deployment 'b' needs 'salt' beside it [missing-key]
                    7 │   b: { contract: A, networks: [dev], factory: createx }
                      │                                      ^^^^^^^
                  hint: Any text, or 0x and 64 digits: its address then follows from salt, code and arguments (CREATE2).
                m.yaml:8:38: error: 'sameAddress' of deployment 'c' needs 'salt' beside it [missing-key]
                    8 │   c: { contract: A, networks: [dev], sameAddress: true }
                      │                                      ^^^^^^^^^^^
                  hint: Any text, or 0x and 64 digits: its address then follows from salt, code and arguments (CREATE2).
                m.yaml:9:44: error: the salt '0x12' has 2 digits [salt]
                    9 │   d: { contract: A, networks: [dev], salt: '0x12' }
                      │                                            ^^^^^^
                  hint: a salt in hexadecimal has 64 digits behind 0x; any other text is hashed
                m.yaml:10:57: error: 'factory' of deployment 'e': 'createX' is none of deterministic-proxy, createx [wrong-value]
                   10 │   e: { contract: A, networks: [dev], salt: v1, factory: createX }
                      │                                                         ^^^^^^^
                  hint: did you mean 'createx'?
                m.yaml:11:45: error: '${deployments.a.address}' cannot be used here [interpolation]
                   11 │   f: { contract: A, networks: [dev], salt: '${deployments.a.address}' }
                      │                                             ^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: it is known in arguments of deployments and calls
                m.yaml:12:51: error: 'Math.vy:Math' is not a name [name]
                   12 │   g: { contract: A, networks: [dev], libraries: { 'Math.vy:Math': '0x00000000000000000000000000000000deadbeef' } }
                      │                                                   ^^^^^^^^^^^^^^
                  hint: write the library's name, such as Math, or path/File.sol:Math
                m.yaml:13:58: error: there is no deployment 'maths' [unknown-deployment]
                   13 │   h: { contract: A, networks: [dev], libraries: { Math: '${deployments.maths.address}' } }
                      │                                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: did you mean 'maths2'?
                m.yaml:14:62: error: library 'Math': 'ok' is no address [address]
                   14 │   maths2: { contract: A, networks: [dev], libraries: { Math: ok }, slat: v1 }
                      │                                                              ^^
                  hint: write ${deployments.NAME.address}, or 0x and 40 hexadecimal digits
                m.yaml:14:68: error: unknown key 'slat' in deployment 'maths2' [unknown-key]
                   14 │   maths2: { contract: A, networks: [dev], libraries: { Math: ok }, slat: v1 }
                      │                                                                    ^^^^
                  hint: did you mean 'salt'?
                """)
    }

    @Test func aLibraryOfItselfIsACircle() {
        let said = complaint(
            manifest(
                "libraries: { Math: '${deployments.b.address}' }",
                more: "  b: { contract: A, networks: [dev], arguments: ['${deployments.a.address}'] }"))
        #expect(said.contains("deployments need each other's addresses: a → b → a [cycle]"))
        #expect(said.hasPrefix("m.yaml:7:"))
    }
}
