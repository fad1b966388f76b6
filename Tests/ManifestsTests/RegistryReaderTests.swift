import EthereumTypes
import Foundation
import Model
import Testing

@testable import Manifests

@Suite struct RegistryReaderTests {
    static let digest = "sha256:" + String(repeating: "ab", count: 32)
    static let hash = "0x" + String(repeating: "cd", count: 32)

    static let deployment = """
            {
              "address" : "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
              "block" : 7,
              "calls" : [
                {
                  "block" : 8,
                  "callDataHash" : "\(hash)",
                  "function" : "setFee(uint256)",
                  "name" : "setFee",
                  "run" : "run-2",
                  "transactionHash" : "\(hash)"
                }
              ],
              "chainId" : 11155111,
              "constructorArguments" : "0x01",
              "contract" : "Token",
              "genesisHash" : "\(hash)",
              "initCodeDigest" : "\(digest)",
              "name" : "token",
              "project" : "treasury",
              "run" : "run-1",
              "runtimeCodeDigest" : "\(digest)",
              "status" : "current"
            }
        """

    static func file(_ deployments: String..., version: String = "1") -> String {
        """
        {
          "deployments" : [
        \(deployments.joined(separator: ",\n"))
          ],
          "network" : "sepolia",
          "version" : \(version)
        }
        """
    }

    func read(_ text: String) throws(ManifestError) -> RegistryFile {
        try RegistryReader.read(Data(text.utf8), name: "deployments/sepolia.json", network: "sepolia")
    }

    func complaint(_ text: String) -> String {
        do throws(ManifestError) {
            _ = try read(text)
            return ""
        } catch {
            return error.description
        }
    }

    @Test func factoryAndLibrariesAreRead() throws {
        let address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
        func with(_ factory: String, _ library: String) -> String {
            Self.file(
                Self.deployment.replacing(
                    "\"genesisHash\"",
                    with:
                        "\"factory\" : \"\(factory)\", \"libraries\" : { \"a/M.sol:M\" : \"\(library)\" }, \"genesisHash\""
                ))
        }
        let entry = try #require(try read(with("createx", address)).entries.first)
        #expect(entry.creation.factory == .createX)
        #expect(entry.creation.libraries.mapValues(\.description) == ["a/M.sol:M": address])
        #expect(
            complaint(with("create3", address)).contains(
                "'create3' is not one of deterministic-proxy, createx"))
        #expect(
            complaint(with("createx", address.lowercased())).contains(
                "is not an address in the spelling of EIP-55"))
    }

    @Test func readsWhatIsWritten() throws {
        let entry = try #require(try read(Self.file(Self.deployment)).entries.first)
        #expect(entry.name == "token")
        #expect(entry.chainID.rawValue == 11_155_111)
        #expect(entry.address.description == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")
        #expect(entry.constructorArguments == [1])
        #expect(entry.transactionHash == nil)
        #expect(entry.run == "run-1")
        #expect(entry.calls.map(\.function) == ["setFee(uint256)"])
    }

    @Test func readsWhereContractsWereBefore() throws {
        func with(_ earlier: String) -> String {
            Self.file(
                Self.deployment.replacing(
                    "\"genesisHash\"", with: "\"earlier\" : [\(earlier)], \"genesisHash\""))
        }
        let address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
        let entry = try #require(try read(with("\"\(address)\"")).entries.first)
        #expect(entry.earlier.map(\.description) == [address])
        #expect(complaint(with("\"\(address.lowercased())\"")).contains("is not an address in the spelling"))
    }

    @Test func readsWhatWasTakenOver() throws {
        func with(_ adopted: String) -> String {
            Self.file(
                Self.deployment.replacing(
                    "\"genesisHash\"", with: "\"adopted\" : \(adopted), \"genesisHash\""))
        }
        #expect(try read(Self.file(Self.deployment)).entries.first?.isAdopted == false)
        let file = try read(with("true"))
        #expect(file.entries.first?.isAdopted == true)
        #expect(complaint(with("maybe")).contains("is not true"))
    }

    @Test func aWrongDigitOfAnAddressIsFoundWithItsPlace() {
        let text = Self.file(Self.deployment.replacing("0xf39F", with: "0xf38F"))
        #expect(
            complaint(text) == """
                deployments/sepolia.json:4:19: error: '0xf38Fd6e51aad88F6F4ce6aB8827279cffFb92266' is not an address \
                in the spelling of EIP-55 [wrong-value]
                    4 │       "address" : "0xf38Fd6e51aad88F6F4ce6aB8827279cffFb92266",
                      │                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                note: deployments/sepolia.json is not what hyperkit writes; nothing was changed in it [registry]
                  hint: mend what is said above; git checkout -- deployments/sepolia.json has it as it was committed last, \
                without what was recorded since
                """)
    }

    @Test(
        arguments: [
            ("\"block\" : 7", "\"block\" : \"seven\"", "5:17: error: 'seven' is not the number of a block"),
            ("\"status\" : \"current\"", "\"status\" : \"gone\"", "is not 'current' or 'forgotten'"),
            ("\"status\" : \"current\"", "\"status\" : \"replaced\"", "is not 'current' or 'forgotten'"),
            ("\"run\" : \"run-1\",", "\"runn\" : \"run-1\",", "unknown key 'runn' in a deployment"),
            ("\"name\" : \"token\",", "", "3:5: error: a deployment has no 'name'"),
            ("sha256:ab", "sha256:AB", "is not a digest"),
            ("\"name\" : \"token\",", "<<<<<<< HEAD", "error:"),
        ])
    func otherDamageIsSaid(_ old: String, _ new: String, _ said: String) {
        let text = complaint(Self.file(Self.deployment.replacing(old, with: new)))
        #expect(text.contains(said), "\(text)")
        #expect(text.contains("deployments/sepolia.json:"))
        #expect(text.contains("git checkout"))
    }

    /// No line of the file is masked, and nothing is advised that would lose what one side recorded.
    @Test func aMergeThatGitLeftIsSaidAtItsMarker() {
        let other = Self.deployment.replacing("\"token\"", with: "\"vault\"")
        let text = Self.file("<<<<<<< HEAD", Self.deployment, "=======", other, ">>>>>>> theirs")
        #expect(
            complaint(text.replacing("HEAD,", with: "HEAD").replacing("=======,", with: "=======")) == """
                deployments/sepolia.json:3:1: error: git left a merge of two registries to you: this is its marker \
                [merge-conflict]
                    3 │ <<<<<<< HEAD
                      │ ^^^^^^^^^^^^
                  hint: keep the entries of both sides, and where both have one of the same name that of the later block; \
                take the lines <<<<<<<, ======= and >>>>>>> away; then: hyperkit deployments check
                """)
    }

    @Test func aDeploymentThatIsThereTwiceIsRefused() {
        let said = complaint(Self.file(Self.deployment, Self.deployment))
        #expect(said.contains("'token' on this chain is defined twice"))
    }

    @Test func aNewerVersionIsNotTouched() {
        let said = complaint(Self.file(version: "2"))
        #expect(said.contains("this hyperkit reads version 1 of the registry"))
        #expect(said.contains("use the newer hyperkit that wrote it"))
    }

    @Test(arguments: ["", "{", "[]", "{}", "not json"])
    func aDamagedFileIsRefused(_ text: String) { #expect(complaint(text).contains("error:")) }

    // MARK: JSON

    @Test func jsonIsReadAsYAMLOfTheSameText() throws {
        let text = Self.file(
            Self.deployment.replacing("\"name\" : \"token\"", with: #""name" : "t\u00f6\/\"k\\""#))
        #expect(try #require(try read(text).entries.first).name == "tö/\"k\\")
        // A comment makes it YAML.
        #expect(try read(text + "# end") == read(text))
        let pair = Self.file(
            Self.deployment.replacing("\"name\" : \"token\"", with: #""name" : "\ud83d\ude00""#))
        #expect(try #require(try read(pair).entries.first).name == "😀")
    }

    @Test(arguments: [
        ("\"name\"", "\"nam\""), ("\"0xf39", "\"0xf38"), ("\"block\" : 7", "\"block\" : [7, {}]"),
        ("\"calls\" : [", "\"calls\" : [true, "), ("\"status\" : \"current\"", "\"status\" : \"gone\""),
        ("11155111", "null"), ("\"0x01\"", "{}"),
    ])
    func whatIsWrongIsSaidAsOfYAML(_ part: String, _ wrong: String) {
        let text = Self.file(Self.deployment.replacing(part, with: wrong))
        #expect(complaint(text).contains("error:"))
        #expect(complaint(text) == complaint(text + "# end"))
    }

    /// A file of so many bytes and more.
    private static func large(_ bytes: Int, _ last: String = deployment) -> String {
        let count = bytes / deployment.utf8.count + 1
        let all = (0..<count).map {
            deployment.replacing("\"name\" : \"token\"", with: "\"name\" : \"token\($0)\"")
        }
        return file(all.joined(separator: ",\n"), last)
    }

    @Test func aRegistryMayBeLargerThanAManifest() throws {
        let text = Self.large(11 << 20)
        #expect(text.utf8.count > 11 << 20)
        let file = try read(text)
        #expect(file.entries.count > 9_000)
        #expect(file.entries.contains { $0.name == "token" })
    }

    @Test func whatIsWrongWithALargeOneIsSaidWithItsPlace() {
        let last = Self.deployment.replacing("11155111", with: "many")
        let line =
            Self.large(11 << 20, last).split(separator: "\n", omittingEmptySubsequences: false)
            .firstIndex { $0.contains("many") } ?? 0
        let said = complaint(Self.large(11 << 20, last))
        #expect(
            said.hasPrefix(
                "deployments/sepolia.json:\(line + 1):19: error: this is not JSON: a value is missing here [json]"
            ))
        #expect(!said.contains("CSV"))
        let quoted = Self.deployment.replacing("11155111", with: "\"many\"")
        #expect(
            complaint(Self.large(11 << 20, quoted)).contains(
                ":\(line + 1):19: error: 'many' is not the number of a chain"))
    }

    @Test(arguments: [
        ("{", "a text is missing here"), ("[1,]", "a value is missing here"),
        ("[1 2]", "a ',' is missing here"),
        ("{\"a\":1,\"a\":2}", "'a' is defined twice"), ("[1] 2", "it goes on behind its end"),
        ("\"\\ud83d\"", "an escape is half a character"), ("\"\\x\"", "there is no such escape"),
        ("\"\\u12g4\"", "an escape has four hexadecimal digits"),
        ("\"\n\"", "a text holds a control character"),
        ("\"abc", "a text has no end"), ("tru", "a value is missing here"),
        (String(repeating: "[", count: 200), "this is nested more than 100 levels deep"),
    ])
    func whatIsNoJSONIsToldApart(_ text: String, _ reason: String) {
        let source = SourceText(name: "a", path: "a", bytes: Array(text.utf8))
        let fault = #expect(throws: JSONNodes.Fault.self) { try JSONNodes.read(source) }
        #expect(fault?.reason == reason)
    }

    @Test func theRegistryAndFormerNamesComeFromTheManifest() throws {
        let manifest = try load(
            """
            version: 1
            project: p
            registry: deployments
            contracts: { Token: { source: a.sol } }
            networks: { devnet: { engine: devnet } }
            deployments:
              token:
                contract: Token
                networks: [devnet]
                formerly: [coin, "old-coin"]
                checks: { owner: { read: "owner()", equals: "${network.name}" } }
            """
        ).manifest
        #expect(manifest.registry == "deployments")
        #expect(manifest.deployments[0].formerly.map(\.value) == ["coin", "old-coin"])
        let check = try #require(manifest.deployments[0].checks.first)
        #expect(check.name == "owner")
        #expect(check.read.value == "owner()")
        #expect(check.equals.references == [.networkName])
    }

    @Test func callsHaveFormerNames() throws {
        func text(_ calls: String...) -> String {
            """
            version: 1
            project: p
            contracts: { Token: { source: a.sol } }
            networks: { devnet: { engine: devnet }, other: { engine: devnet } }
            deployments:
              token:
                contract: Token
                networks: [devnet, other]
                calls:
                  \(calls.map { $0 }.joined(separator: "\n      "))
                overrides: { other: { calls: { pay: { value: 1 wei } } } }
            """
        }
        let manifest = try load(text("pay: { function: pay(), formerly: [give, grant] }")).manifest
        let deployment = try #require(manifest.deployments.first)
        for variant in deployment.variants {
            #expect(variant.calls.map { $0.formerly.map(\.value) } == [["give", "grant"]])
        }
        let said = complaintOfManifest(
            text(
                "pay: { function: pay(), formerly: [give, take] }",
                "more: { function: pay(), formerly: [give, pay] }",
                "take: { function: take() }"))
        #expect(
            said.contains("m.yaml:10:48: error: 'take' is a call of 'token', so it is no former name"),
            "\(said)")
        #expect(said.contains("m.yaml:11:43: error: 'give' is a former name of call 'pay' too"), "\(said)")
        #expect(said.ranges(of: "[former-name]").count == 2, "\(said)")
        #expect(
            said.contains(
                "hint: take it away where that is another call; where its name changed too, say so there: formerly"
            ), "\(said)")
        // Two that changed their names say so both; nothing was itself.
        let swapped = try load(
            text("pay: { function: pay(), formerly: [give] }", "give: { function: give(), formerly: [pay] }"))
        #expect(
            swapped.manifest.deployments[0].calls.map { $0.formerly.map(\.value) } == [["give"], ["pay"]])
        let same = complaintOfManifest(text("pay: { function: pay(), formerly: [pay] }"))
        #expect(same.contains("error: 'pay' is a call of 'token', so it is no former name"), "\(same)")
    }

    @Test func aRegistryOutsideTheRootAndFormerNamesInUseAreRefused() {
        let said = complaintOfManifest(
            """
            version: 1
            project: p
            registry: ../deployments
            contracts: { Token: { source: a.sol } }
            networks: { devnet: { engine: devnet } }
            deployments:
              token: { contract: Token, networks: [devnet], formerly: [coin, old] }
              coin: { contract: Token, networks: [devnet], formerly: [old] }
              other: { contract: Token, networks: [devnet], checks: { a: { read: "a()", equals: "${signers.no.address}" } } }
            """)
        #expect(said.contains("m.yaml:3:11: error: '../deployments' leaves the project's root"))
        #expect(said.contains("m.yaml:7:60: error: 'coin' is a deployment of this manifest"))
        #expect(
            said.contains(
                "hint: take it away where that is another deployment; where two change their names, do it in two runs"
            ))
        #expect(said.contains("without that what is there is replaced"))
        #expect(said.contains("m.yaml:8:59: error: 'old' is a former name of 'token' too"))
        #expect(said.contains("there is no signer 'no'"))
    }
}

/// The loader's complaint, which the suite's own name hides.
private func complaintOfManifest(_ text: String) -> String { complaint(text) }
