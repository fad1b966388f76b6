import Engine
import Foundation
import Model
import Support
import Synchronization
import Testing

@testable import Steps

@Suite struct CompileStepTests {
    let world = FakeCompilerWorld()
    let source = "pragma solidity ^0.8.20;\ncontract Token {\n\tuint x\n}\n"

    func action(
        _ files: [String: String],
        entry: String = "contracts/Token.sol",
        contract: String? = nil,
        name: String = "Token",
        settings: CompilerSettings = CompilerSettings(),
        pragmas: [String] = ["^0.8.20"]
    ) throws -> CompileAction {
        for (path, text) in files { world.files["/project/\(path)"] = Data(text.utf8) }
        return CompileAction(
            contract: try #require(ContractName(name)),
            source: .files(
                entry: entry,
                closure: files.keys.sorted().map {
                    .init(path: $0, digest: Digest(of: Data((files[$0] ?? "").utf8)))
                }),
            contractInFile: contract, settings: settings, pragmas: pragmas)
    }

    func perform(_ action: CompileAction, inputs: StepInputs = StepInputs([:])) async -> Result<
        Performed, StepFailure
    > {
        do throws(StepFailure) {
            return .success(try await world.step.perform(action, inputs: inputs))
        } catch {
            return .failure(error)
        }
    }

    func failure(_ action: CompileAction) async -> StepFailure? {
        if case .failure(let failure) = await perform(action) { failure } else { nil }
    }

    @Test func storesWhatTheCompilerGave() async throws {
        world.output = "WARNING: noise ahead of it\n" + FakeCompilerWorld.output()
        let performed = try await perform(try action(["contracts/Token.sol": source])).get()
        let bytes = Dictionary(performed.outputs.map { ($0.name, $0.bytes) }, uniquingKeysWith: { $1 })
        #expect(bytes["init.bin"] == Data([0x60, 0x80, 0x01]))
        #expect(bytes["runtime.bin"] == Data([0x60, 0x01, 0x00, 0x00]))
        #expect(bytes["abi.json"] == Data("[]".utf8))
        #expect(bytes["metadata.json"] == Data("{}".utf8))
        #expect(bytes["storage-layout.json"] == Data(#"{"storage":[]}"#.utf8))
        #expect(bytes["standard-output.json"]?.first == UInt8(ascii: "{"))
        let compilation = try WireJSON.decode(
            CompilationV1.self, from: try #require(bytes["compilation.json"]))
        #expect(compilation.path == "contracts/Token.sol")
        #expect(compilation.compilerVersion == "0.8.29-develop")
        #expect(compilation.compilerDigest == FakeCompilerWorld.tool("0.8.29-develop").digest)
        #expect(compilation.immutables == [.init(start: 2, length: 2)])
        #expect(compilation.sourceDigest == Digest(of: Data(source.utf8)))
        #expect(!compilation.isGenerated)
        #expect(compilation.warnings.map(\.code) == ["2018"])
        #expect(world.invocations.map(\.arguments) == [["--loader", "--standard-json"]])
    }

    @Test func theCompilerReadsNamesRelativeToTheRoot() async throws {
        let settings = CompilerSettings(evmVersion: "cancun", viaIR: true, remappings: ["@oz/=lib/oz/"])
        _ = await perform(
            try action(
                ["contracts/Token.sol": source, "lib/oz/A.sol": "contract A {}"], settings: settings))
        let input = String(decoding: try #require(world.invocations.first).standardInput, as: UTF8.self)
        #expect(
            input.hasSuffix(
                #""sources":{"contracts/Token.sol":{"content":"\#(escaped(source))"},"#
                    + #""lib/oz/A.sol":{"content":"contract A {}"}}}"#))
        #expect(input.contains(#""remappings":["@oz/=lib/oz/"],"viaIR":true"#))
        #expect(input.contains(#""evmVersion":"cancun""#))
        #expect(!input.contains("/project"))
    }

    private func escaped(_ text: String) -> String {
        text.replacing("\n", with: #"\n"#).replacing("\t", with: #"\t"#)
    }

    @Test func linksAreZerosAndOnRecord() async throws {
        let place = String(repeating: "_", count: 40)
        world.output = FakeCompilerWorld.output(
            initCode: "6080" + place, links: #"{"lib/M.sol":{"M":[{"start":2,"length":20}]}}"#)
        let performed = try await perform(try action(["contracts/Token.sol": source])).get()
        let bytes = Dictionary(performed.outputs.map { ($0.name, $0.bytes) }, uniquingKeysWith: { $1 })
        #expect(bytes["init.bin"] == Data([0x60, 0x80] + [UInt8](repeating: 0, count: 20)))
        let compilation = try WireJSON.decode(
            CompilationV1.self, from: try #require(bytes["compilation.json"]))
        #expect(
            compilation.links == [
                .init(path: "lib/M.sol", name: "M", initCode: [.init(start: 2, length: 20)], runtimeCode: [])
            ])
    }

    @Test func errorsAreDiagnosticsWithTheLineAndACaret() async throws {
        let start = source.utf8.count - 3
        world.output = """
            {"errors":[{"component":"general","errorCode":"2314","formattedMessage":"","message":"Expected ';'",\
            "severity":"error","sourceLocation":{"file":"contracts/Token.sol","start":\(start),"end":\(start + 1)},\
            "type":"ParserError"},
            {"message":"a warning","severity":"warning"},
            {"message":"Internal trouble","severity":"error","sourceLocation":{"file":"?","start":-1,"end":-1}}]}
            """
        let failure = try #require(await failure(try action(["contracts/Token.sol": source])))
        #expect(failure.code == "compile-error")
        #expect(failure.message == "it does not compile: 2 errors")
        #expect(
            failure.diagnostics.map(\.description) == [
                """
                contracts/Token.sol:3:8: error: Expected ';' [solc-2314]
                    3 │  uint x
                      │        ^
                """, "error: Internal trouble [solc]",
            ])
    }

    @Test func aSourceThatChangedUnderTheRunIsNotCompiled() async throws {
        let action = try action(["contracts/Token.sol": source])
        world.files["/project/contracts/Token.sol"] = Data("contract Other {}".utf8)
        #expect(await failure(action)?.code == "source-changed")
        world.files["/project/contracts/Token.sol"] = nil
        #expect(
            await failure(action)?.message == "contracts/Token.sol changed while the run was going on")
        #expect(world.invocations.isEmpty)
    }

    @Test func textThatIsNotUTF8IsToldByItsFile() async throws {
        let bytes = Data([0xff, 0xfe])
        world.files["/project/contracts/Token.sol"] = bytes
        let action = CompileAction(
            contract: try #require(ContractName("Token")),
            source: .files(
                entry: "contracts/Token.sol",
                closure: [.init(path: "contracts/Token.sol", digest: Digest(of: bytes))]),
            contractInFile: nil, settings: CompilerSettings(), pragmas: [])
        #expect(await failure(action)?.message == "contracts/Token.sol is not UTF-8 text")
    }

    @Test func aGeneratedSourceIsCompiledUnderItsOwnName() async throws {
        let name = try #require(ContractName("my-coin"))
        let action = CompileAction(
            contract: name, source: .generated(by: .generate(name)), contractInFile: nil,
            settings: CompilerSettings(), pragmas: [])
        world.output = FakeCompilerWorld.output(path: "generated/my-coin.sol", name: "MyCoin")
        let inputs = StepInputs([
            .generate(name): stored([GenerateOutput.source: Data("contract MyCoin {}".utf8)])
        ])
        let performed = try await perform(action, inputs: inputs).get()
        let json = try #require(performed.outputs.first { $0.name == CompileOutput.compilation })
        let compilation = try WireJSON.decode(CompilationV1.self, from: json.bytes)
        #expect(compilation.isGenerated)
        #expect(compilation.name == "MyCoin")
        #expect(compilation.sourceDigest == Digest(of: Data("contract MyCoin {}".utf8)))
    }

    @Test func aContractThatIsNotThereOrHasNoCodeIsTold() async throws {
        let files = ["contracts/Token.sol": source]
        let lost = try #require(await failure(try action(files, contract: "Tokn")))
        #expect(lost.message == "contracts/Token.sol has no contract 'Tokn'")
        #expect(lost.hint == "it has Token")
        world.output = FakeCompilerWorld.output(initCode: "")
        #expect(await failure(try action(files))?.code == "no-code")
    }

    @Test(arguments: [
        ("no json at all", "compiler-output"), ("{\"contracts\":", "compiler-output"),
    ])
    func outputThatIsNoneIsTold(_ output: String, _ code: String) async throws {
        world.output = output
        #expect(await failure(try action(["contracts/Token.sol": source]))?.code == code)
    }

    @Test func aCompilerThatFailsIsToldInItsWords() async throws {
        world.fails(.exited(1), "Segmentation\nfault")
        let failure = try #require(await failure(try action(["contracts/Token.sol": source])))
        #expect(failure.message == "solc 0.8.29-develop ended with status 1: Segmentation\nfault")
    }

    // MARK: Which compiler

    @Test func theNewestThatEveryPragmaAcceptsIsChosen() throws {
        let compilers = Compilers(
            pinned: ["0.8.20", "0.8.29-develop", "0.8.28", "0.7.6"].map(FakeCompilerWorld.tool))
        func choose(_ solc: CompilerSettings.Solc, _ pragmas: [String]) throws(StepFailure) -> String {
            try compilers.choose(CompilerSettings(solc: solc), pragmas: pragmas).version
        }
        #expect(try choose(.auto, ["^0.8.20"]) == "0.8.29-develop")
        #expect(try choose(.auto, ["^0.8.20", "<0.8.29", "0.8.28"]) == "0.8.28")
        #expect(try choose(.auto, ["^0.7.0"]) == "0.7.6")
        #expect(try choose(.auto, []) == "0.8.29-develop")
        #expect(try choose(.auto, ["whatever this is"]) == "0.8.29-develop")
        #expect(try choose(.version("0.8.29"), ["^0.7.0"]) == "0.8.29-develop")
        #expect(try choose(.version("0.8.20"), []) == "0.8.20")
        let none = #expect(throws: StepFailure.self) { try choose(.auto, ["^0.8.20", "^0.6.0"]) }
        #expect(none?.kind == .environment)
        #expect(none?.message == "no installed solc satisfies '^0.8.20' and '^0.6.0'")
        #expect(
            none?.hint == "installed: 0.8.20, 0.8.29-develop, 0.8.28, 0.7.6; or give 'solc' a compiler's path"
        )
        #expect(
            #expect(throws: StepFailure.self) { try choose(.version("0.8.2"), []) }?.message
                == "solc 0.8.2 is not installed")
        #expect(
            #expect(throws: StepFailure.self) { try choose(.path("/opt/solc"), []) }?.code == "no-compiler")
    }

    @Test func noCompilerAtAllSaysHowToGetOne() throws {
        let compilers = Compilers(pinned: [], missing: "no network")
        let failure = #expect(throws: StepFailure.self) {
            try compilers.choose(CompilerSettings(), pragmas: ["^0.8.0"])
        }
        #expect(failure?.message == "solc is not installed")
        #expect(failure?.hint == "no network")
        let named = Compilers(pinned: [], byPath: ["/opt/solc": FakeCompilerWorld.tool("0.8.30")])
        #expect(try named.choose(CompilerSettings(solc: .path("/opt/solc")), pragmas: []).version == "0.8.30")
    }

    // MARK: Around it

    @Test func everyInputChangesTheFingerprint() throws {
        let base = try action(["contracts/Token.sol": source])
        var others = [base]
        let changes: [(inout CompileAction) throws -> Void] = [
            { $0.contract = try #require(ContractName("Other")) }, { $0.contractInFile = "B" },
            { $0.source = .files(entry: "x.sol", closure: []) }, { $0.settings.evmVersion = "paris" },
            { $0.settings.optimizerRuns = 1 }, { $0.settings.optimizerEnabled = false },
            { $0.settings.viaIR = true },
            { $0.settings.remappings = ["a=b"] }, { $0.settings.bytecodeHash = .none },
            { $0.pragmas = ["0.8.20"] },
        ]
        for change in changes {
            var other = base
            try change(&other)
            others.append(other)
        }
        var digests: Set<Digest> = []
        for action in others {
            digests.insert(try world.step.fingerprint(action, inputs: StepInputs([:])).digest)
        }
        #expect(digests.count == others.count)
    }

    @Test(arguments: [(24_576, 49_152, 0), (24_577, 49_152, 1), (24_577, 49_153, 2)])
    func sizesBeyondTheRulesAreNotes(_ runtime: Int, _ initCode: Int, _ count: Int) throws {
        let action = try action(["contracts/Token.sol": source])
        let compilation = CompilationV1(
            contract: "Token", path: "contracts/Token.sol", name: "Token", sourceDigest: Digest(of: Data()),
            isGenerated: false, compilerName: "solc", compilerVersion: "0.8.29",
            compilerDigest: Digest(of: Data()), immutables: [], links: [],
            warnings: [])
        let outputs = stored([
            CompileOutput.abi: Data("[]".utf8), CompileOutput.initCode: Data(count: initCode),
            CompileOutput.runtimeCode: Data(count: runtime),
            CompileOutput.compilation: try WireJSON.encode(compilation),
        ])
        let notes = try world.step.interpret(action, outputs: outputs).facts.compactMap { fact -> String? in
            if case .note(let note) = fact { note.message } else { nil }
        }
        let expected = [
            "runtime code of Token is 24577 bytes; EIP-170 allows 24576",
            "init code of Token is 49153 bytes; EIP-3860 allows 49152",
        ]
        #expect(notes == Array(expected.prefix(count)))
    }
}
