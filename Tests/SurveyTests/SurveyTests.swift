import Foundation
import Model
import Support
import Survey
import Testing

@Suite struct SurveyTests {
    private let here = FileLocation(file: "m.yaml", line: 3, column: 5)

    private func manifest(
        _ paths: [String] = [],
        glob: String? = nil,
        rows: String? = nil,
        remappings: [String] = []
    ) throws -> Manifest {
        var sets: [SetSpec] = []
        if let glob {
            sets.append(SetSpec(name: "s", location: here, origin: .glob(Located(glob, at: here))))
        }
        if let rows {
            let generate = GenerateSpec(template: Located("erc20", at: here), options: [])
            let key = Interpolated([.reference(.row(column: "id"))], at: here)
            sets.append(
                SetSpec(
                    name: "r",
                    location: here,
                    origin: .rows(path: Located(rows, at: here), key: key, generate: generate)
                )
            )
        }
        return Manifest(
            project: "p",
            root: "/p",
            compilers: ["default": CompilerSettings(remappings: remappings)],
            contracts: try paths.enumerated().map { index, path in
                ContractSpec(
                    name: try #require(ContractName("C\(index)")),
                    location: here,
                    origin: .source(path: Located(path, at: here), contract: nil)
                )
            },
            sets: sets
        )
    }

    private func closure(_ snapshot: Snapshot, _ path: String) -> [String]? {
        snapshot.closures[Snapshot.ClosureKey(compiler: "default", path: path)]
    }

    private func said(_ snapshot: Snapshot) -> String {
        snapshot.diagnostics.map(\.description).joined(separator: "\n")
    }

    @Test func aClosureHoldsEverythingThatIsImported() throws {
        let files = MemoryFiles([
            "/p/src/A.sol": "import './b/B.sol'; import {X as Y} from \"@oz/C.sol\"; contract A {}",
            "/p/src/b/B.sol": "import * as M from '../A.sol'; import 'src/D.sol' as D; contract B {}",
            "/p/lib/oz/C.sol": "contract C {}", "/p/src/D.sol": "contract D {}",
        ])
        let snapshot = Survey.take(
            try manifest(["src/A.sol", "src/A.sol"], remappings: ["@oz/=lib/oz/"]),
            files: files.access
        )
        #expect(snapshot.diagnostics.isEmpty)
        #expect(closure(snapshot, "src/A.sol") == ["lib/oz/C.sol", "src/A.sol", "src/D.sol", "src/b/B.sol"])
        #expect(snapshot.sources["src/A.sol"]?.digest == Digest(of: try #require(files["/p/src/A.sol"])))
        #expect(snapshot.sources.keys.allSatisfy { files.reads(of: "/p/" + $0) == 1 })
    }

    @Test(arguments: [
        (["@a/=one/", "@a/b/=two/"], "two/X.sol"),
        (["@a/b/=two/", "@a/=one/"], "two/X.sol"),
        (["src:@a/=near/b/", "@a/b/=two/"], "near/b/b/X.sol"),
        (["@a/b/=first/", "@a/b/=second/"], "second/X.sol"),
        (["src/b:@a/=far/", "@a/=one/"], "one/b/X.sol"),
    ])
    func remappingsFollowTheCompilersRule(_ remappings: [String], _ path: String) throws {
        let files = MemoryFiles([
            "/p/src/A.sol": "import '@a/b/X.sol'; contract A {}", "/p/" + path: "contract X {}",
        ])
        let snapshot = Survey.take(try manifest(["src/A.sol"], remappings: remappings), files: files.access)
        #expect(closure(snapshot, "src/A.sol") == [path, "src/A.sol"].sorted())
    }

    @Test func aMissingSourceIsShownWhereTheManifestNamesIt() throws {
        let files = MemoryFiles(["/p/src/Token.sol": "", "/w/m.yaml": "a:\nb:\n  x: src/Tokn.sol\n"])
        let snapshot = Survey.take(
            try manifest(["src/Tokn.sol", "lib/X.sol"]),
            files: files.access,
            workingDirectory: "/w"
        )
        #expect(
            said(snapshot) == """
                m.yaml:3:5: error: there is no file 'src/Tokn.sol' [missing-file]
                    3 │   x: src/Tokn.sol
                      │     ^
                  hint: did you mean 'src/Token.sol'?
                m.yaml:3:5: error: there is no file 'lib/X.sol' [missing-file]
                    3 │   x: src/Tokn.sol
                      │     ^
                  hint: there is no directory 'lib' in the project's root /p
                """
        )
    }

    @Test func aMissingImportIsShownInTheFileThatHasIt() throws {
        let files = MemoryFiles([
            "/p/src/A.sol": "// é\n/* a */ import {B} from \"./B.sol\";\r\nimport '/p/C.sol';\ncontract A {}"
        ])
        let snapshot = Survey.take(
            try manifest(["src/A.sol"]), files: files.access, workingDirectory: "/p/src")
        #expect(
            said(snapshot) == """
                A.sol:2:25: error: there is no file for the import './B.sol', looked for as 'src/B.sol' [missing-import]
                    2 │ /* a */ import {B} from "./B.sol";
                      │                         ^^^^^^^^^
                  hint: paths without ./ start at the project's root, or need a remapping under 'compilers'
                A.sol:3:8: error: '/p/C.sol' is absolute, so its code would depend on this machine [outside]
                    3 │ import '/p/C.sol';
                      │        ^^^^^^^^^^
                  hint: write it relative to the file or to the project's root
                """
        )
    }

    @Test func nothingOutsideTheRootIsRead() throws {
        let files = MemoryFiles([
            "/p/A.sol": "import '../out/B.sol'; import './link/C.sol'; contract A {}", "/out/B.sol": "",
            "/out/C.sol": "",
        ])
        files.link("/p/link", to: "/out")
        let snapshot = Survey.take(try manifest(["A.sol"]), files: files.access)
        #expect(snapshot.diagnostics.map(\.code) == ["outside", "outside"])
        #expect(files.reads(of: "/out/B.sol") + files.reads(of: "/p/link/C.sol") == 0)
    }

    @Test func globsAreSortedAndMustMatch() throws {
        let files = MemoryFiles([
            "/p/c/B.sol": "contract B {}", "/p/c/A.sol": "contract A {}", "/p/c/d/C.sol": "contract C {}",
            "/p/c/.hidden/A.sol": "", "/p/c/x.txt": "",
        ])
        let matched = Survey.take(try manifest(glob: "c/**/[A-C].sol"), files: files.access)
        #expect(matched.globs["s"] == ["c/A.sol", "c/B.sol", "c/d/C.sol"])
        #expect(matched.closures.count == 3)
        let braces = Survey.take(try manifest(glob: "{c,c/d}/?.{sol,vy}"), files: files.access)
        #expect(braces.globs["s"] == ["c/A.sol", "c/B.sol", "c/d/C.sol"])
        let none = Survey.take(try manifest(glob: "c/*.vy"), files: files.access)
        #expect(none.diagnostics.map(\.message) == ["no file matches 'c/*.vy'"])
    }

    @Test func aMatchedFileThatCannotBeReadIsNotPassedOver() throws {
        let files = MemoryFiles(["/p/A.sol": "contract A {}"])
        files.forbid("/p/A.sol")
        let snapshot = Survey.take(try manifest(glob: "*.sol"), files: files.access)
        #expect(snapshot.diagnostics.map(\.code) == ["unreadable"])
    }

    @Test func rowsAreReadByColumn() throws {
        let files = MemoryFiles([
            "/p/r.csv": "\u{feff}id,name\r\n1,\"a, \"\"b\"\"\r\nc\"\r\n\r\n2,\"\"\r\n"
        ])
        let rows = try #require(Survey.take(try manifest(rows: "r.csv"), files: files.access).rows["r"])
        #expect(rows.columns == ["id", "name"])
        #expect(rows.rows.map(\.values) == [["id": "1", "name": "a, \"b\"\r\nc"], ["id": "2", "name": ""]])
        #expect(rows.rows.map(\.location.line) == [2, 5])
    }

    @Test(arguments: [
        (
            "id,name\n1\n2,b\n3,c,d\n",
            "r.csv:2:1: the row has 1 fields, the header 2|r.csv:4:1: the row has 3 fields, the header 2"
        ),
        ("id,id\n", "r.csv:1:1: the column 'id' stands twice"),
        ("id,\n", "r.csv:1:1: a column has no name"),
        ("", "r.csv:1:1: it is empty"),
        ("id\n\"a\n", "r.csv:2:1: a quoted field has no end"),
        ("id\na\"b\n", "r.csv:2:1: a quote stands within a field"),
        ("id\n\"a\"b\n", "r.csv:2:1: text follows a closing quote"),
    ])
    func wrongTablesAreSaid(_ text: String, _ message: String) throws {
        let snapshot = Survey.take(try manifest(rows: "r.csv"), files: MemoryFiles(["/p/r.csv": text]).access)
        let said = snapshot.diagnostics.map { "\($0.location?.description ?? ""): \($0.message)" }
        #expect(said.joined(separator: "|") == message)
    }

    @Test func aLargeFileIsNotRead() throws {
        let files = MemoryFiles()
        files["/p/A.sol"] = Data(count: 8 << 20 | 1)
        let snapshot = Survey.take(try manifest(["A.sol"]), files: files.access)
        #expect(snapshot.diagnostics.map(\.code) == ["too-large"])
    }
}
