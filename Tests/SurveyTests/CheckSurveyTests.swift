import Foundation
import Model
import Support
import Survey
import Testing

@Suite struct CheckSurveyTests {
    private func survey(_ checks: [String: [String]], _ files: MemoryFiles, sources: [String] = []) throws
        -> Snapshot
    {
        let contracts = try sources.enumerated().map { index, path in
            ContractSpec(
                name: try #require(ContractName("C\(index)")),
                location: at(1),
                origin: .source(path: Located(path, at: at(1)), contract: nil)
            )
        }
        let specs = checks.sorted { $0.key < $1.key }.map { name, patterns in
            CheckSpec(
                name: name,
                location: at(2),
                program: .named("sh"),
                inputs: patterns.enumerated().map { Located($1, at: at(3 + $0)) }
            )
        }
        return Survey.take(
            Manifest(project: "p", root: "/p", contracts: contracts, checks: specs), files: files.access)
    }

    private func at(_ line: Int) -> FileLocation { FileLocation(file: "m.yaml", line: line, column: 5) }

    private func said(_ snapshot: Snapshot) -> String {
        snapshot.diagnostics.map(\.description).joined(separator: "\n")
    }

    @Test func inputsAreSortedAndReadOnce() throws {
        let files = MemoryFiles([
            "/p/src/A.sol": "contract A {}", "/p/test/z.t.sol": "z", "/p/test/unit/a.t.sol": "a",
        ])
        let snapshot = try survey(
            ["unit": ["test/**", "src/*", "test/z*"], "again": ["test/**"]], files, sources: ["src/A.sol"])
        #expect(snapshot.diagnostics.isEmpty)
        let paths = ["src/A.sol", "test/unit/a.t.sol", "test/z.t.sol"]
        #expect(snapshot.checks["unit"]?.map(\.path) == paths)
        #expect(snapshot.checks["again"]?.map(\.path) == Array(paths[1...]))
        for path in paths {
            #expect(files.reads(of: "/p/\(path)") == 1)
            let digest = Digest(of: try #require(files["/p/\(path)"]))
            #expect(snapshot.checks["unit"]?.first { $0.path == path }?.digest == digest)
        }
    }

    @Test func aCheckWithoutAnInputIsWrongAndAPatternWithoutOneIsWorthAWarning() throws {
        let files = MemoryFiles([
            "/p/test/a.t.sol": "a", "/p/m.yaml": "one\ntwo\nx = [ test ]\nx = [ tset/** ]\n",
        ])
        let snapshot = try survey(["unit": ["test", "tset/**"]], files)
        #expect(
            said(snapshot) == """
                m.yaml:3:5: error: no file matches 'test' [no-match]
                    3 │ x = [ test ]
                      │     ^
                  hint: it is a directory: '/**' behind it means all that is below it
                m.yaml:4:5: error: no file matches 'tset/**' [no-match]
                    4 │ x = [ tset/** ]
                      │     ^
                  hint: the pattern is relative to this file, and the project's root is /p
                """)
        let partly = try survey(["unit": ["test/**", "lib/**"]], files)
        #expect(partly.diagnostics.map(\.severity) == [.warning])
        #expect(partly.diagnostics.first?.location?.line == 4)
        #expect(partly.checks["unit"]?.map(\.path) == ["test/a.t.sol"])
    }

    @Test func whatCannotBeReadOrLiesOutsideIsSaid() throws {
        let files = MemoryFiles(["/p/t/a": "a", "/p/t/b": "b", "/q/c": "c"])
        files.forbid("/p/t/a")
        files.link("/p/t/out", to: "/q")
        let snapshot = try survey(["unit": ["t/**"]], files)
        #expect(
            said(snapshot) == """
                m.yaml:3:5: error: /p/t/a: permission denied [unreadable]
                m.yaml:3:5: error: 't/out/c' leads out of the project's root [outside]
                  hint: 'root:' widens the project
                """)
        #expect(files.reads(of: "/p/t/out/c") == 0)
    }

    @Test func aLargeInputIsNotRead() throws {
        let files = MemoryFiles()
        files["/p/t/a"] = Data(count: 64 << 20 | 1)
        #expect(try survey(["unit": ["t/a"]], files).diagnostics.map(\.code) == ["too-large"])
    }

    @Test func aCheckWhosePatternsAreNotKnownHereHasNoInputs() throws {
        let snapshot = try survey(["unit": []], MemoryFiles())
        #expect(snapshot.diagnostics.isEmpty)
        #expect(snapshot.checks["unit"] == [])
    }
}
