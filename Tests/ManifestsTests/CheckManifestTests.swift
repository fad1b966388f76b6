import Model
import Support
import Testing

@Suite struct CheckManifestTests {
    @Test func aCheckIsReadWithItsDefaults() throws {
        let manifest = try load(
            """
            version: 1
            project: p
            variables: { profile: ci }
            include: [more/*.yaml]
            checks:
              unit: { run: [forge, test, "--profile=${var.profile}", ""], inputs: ["test/**", src/A.sol] }
            """,
            others: [
                "more/lint.yaml": """
                version: 1
                checks:
                  lint:
                    run: [../tools/lint.sh]
                    inputs: ["*.sol", "../src/**"]
                    gates: [deploy, audit]
                    environment: [CI, HOME]
                    deadline: 2h
                """
            ]
        ).manifest
        #expect(manifest.checks.map(\.name) == ["unit", "lint"])
        let unit = try #require(manifest.checks.first)
        #expect(unit.program == .named("forge"))
        #expect(unit.arguments == ["test", "--profile=ci", ""])
        #expect(unit.inputs.map(\.value) == ["test/**", "src/A.sol"])
        #expect(unit.inputs.map(\.location.column) == [72, 83])
        #expect(unit.gates == [.deploy])
        #expect(unit.environment == [])
        #expect(unit.deadline == .seconds(600))
        let lint = try #require(manifest.checks.last)
        #expect(lint.program == .file("tools/lint.sh"))
        #expect(lint.inputs.map(\.value) == ["more/*.sol", "src/**"])
        #expect(lint.gates == [.audit, .deploy])
        #expect(lint.environment == ["CI", "HOME"])
        #expect(lint.deadline == .seconds(7200))
    }

    @Test func keysThatAreMissingOrEmptyAreSaid() {
        let said = complaint(
            """
            version: 1
            project: p
            checks:
              a: { run: [sh] }
              b: { run: [], inputs: [], gates: [] }
              c: { run: sh, inputs: [x], gate: [deploy] }
              d: { run: ["", x], inputs: [""] }
              a.b: { run: [sh], inputs: [x] }
            """)
        #expect(
            said == """
                m.yaml:4:3: error: check 'a' has no 'inputs' [missing-key]
                    4 │   a: { run: [sh] }
                      │   ^
                  hint: Patterns for all the files that it reads, relative to this file.
                m.yaml:5:13: error: 'run' of check 'b' is empty [wrong-value]
                    5 │   b: { run: [], inputs: [], gates: [] }
                      │             ^
                  hint: write at least one element
                m.yaml:5:25: error: 'inputs' of check 'b' is empty [wrong-value]
                    5 │   b: { run: [], inputs: [], gates: [] }
                      │                         ^
                  hint: write at least one element
                m.yaml:5:36: error: 'gates' of check 'b' is empty [wrong-value]
                    5 │   b: { run: [], inputs: [], gates: [] }
                      │                                    ^
                  hint: write at least one element
                m.yaml:6:13: error: 'run' of check 'c': expected a list, found text [wrong-type]
                    6 │   c: { run: sh, inputs: [x], gate: [deploy] }
                      │             ^^
                  hint: a list is written [first, second], also where it has one element
                m.yaml:6:30: error: unknown key 'gate' in check 'c' [unknown-key]
                    6 │   c: { run: sh, inputs: [x], gate: [deploy] }
                      │                              ^^^^
                  hint: did you mean 'gates'?
                m.yaml:7:14: error: 'run' of check 'd' names no program [wrong-value]
                    7 │   d: { run: ["", x], inputs: [""] }
                      │              ^^
                  hint: the first element is a name on PATH or a path relative to this file
                m.yaml:7:31: error: item 1 of 'inputs' of check 'd': it is empty [wrong-value]
                    7 │   d: { run: ["", x], inputs: [""] }
                      │                               ^^
                m.yaml:8:3: error: 'a.b' is not a name [name]
                    8 │   a.b: { run: [sh], inputs: [x] }
                      │   ^^^
                  hint: a name is a letter, then letters, digits, '_' and '-', 100 at most
                """)
    }

    @Test func valuesThatMeanNothingAreSaid() {
        let said = complaint(
            """
            version: 1
            project: p
            checks:
              a: { run: [/bin/sh], inputs: ["/etc/*"], deadline: 5 }
              b: { run: [../sh], inputs: ["../x/**"], deadline: 0s }
              c: { run: [sh], inputs: ["a[b"], gates: [deploys], deadline: 25h }
              d: { run: [sh], inputs: [a], environment: ["A=B"], deadline: 1h30m }
            """)
        #expect(
            said == """
                m.yaml:4:14: error: '/bin/sh' is absolute [outside-root]
                    4 │   a: { run: [/bin/sh], inputs: ["/etc/*"], deadline: 5 }
                      │              ^^^^^^^
                  hint: write 'sh' to have it looked for on PATH
                m.yaml:4:33: error: '/etc/*' is absolute [outside-root]
                    4 │   a: { run: [/bin/sh], inputs: ["/etc/*"], deadline: 5 }
                      │                                 ^^^^^^^^
                  hint: paths are relative to the file that has them
                m.yaml:4:54: error: 'deadline' of check 'a': '5' is no duration [wrong-value]
                    4 │   a: { run: [/bin/sh], inputs: ["/etc/*"], deadline: 5 }
                      │                                                      ^
                  hint: write a whole number and s, m or h, such as 90s, 5m or 2h
                m.yaml:5:14: error: '../sh' leaves the project's root [outside-root]
                    5 │   b: { run: [../sh], inputs: ["../x/**"], deadline: 0s }
                      │              ^^^^^
                  hint: the root is /p; 'root:' in the root manifest widens it
                m.yaml:5:31: error: '../x/**' leaves the project's root [outside-root]
                    5 │   b: { run: [../sh], inputs: ["../x/**"], deadline: 0s }
                      │                               ^^^^^^^^^
                  hint: the root is /p; 'root:' in the root manifest widens it
                m.yaml:5:53: error: 'deadline' of check 'b': '0s' is no duration [wrong-value]
                    5 │   b: { run: [../sh], inputs: ["../x/**"], deadline: 0s }
                      │                                                     ^^
                  hint: write a whole number and s, m or h, such as 90s, 5m or 2h
                m.yaml:6:28: error: 'a[b' is no pattern: a '[' has no ']' [pattern]
                    6 │   c: { run: [sh], inputs: ["a[b"], gates: [deploys], deadline: 25h }
                      │                            ^^^^^
                m.yaml:6:44: error: item 1 of 'gates' of check 'c': 'deploys' is none of audit, deploy [wrong-value]
                    6 │   c: { run: [sh], inputs: ["a[b"], gates: [deploys], deadline: 25h }
                      │                                            ^^^^^^^
                  hint: did you mean 'deploy'?
                m.yaml:6:64: error: 'deadline' of check 'c': '25h' is more than a day [wrong-value]
                    6 │   c: { run: [sh], inputs: ["a[b"], gates: [deploys], deadline: 25h }
                      │                                                                ^^^
                  hint: write a whole number and s, m or h, such as 90s, 5m or 2h
                m.yaml:7:46: error: item 1 of 'environment' of check 'd': 'A=B' is no name of an environment variable [wrong-value]
                    7 │   d: { run: [sh], inputs: [a], environment: ["A=B"], deadline: 1h30m }
                      │                                              ^^^^^
                m.yaml:7:64: error: 'deadline' of check 'd': '1h30m' is no duration [wrong-value]
                    7 │   d: { run: [sh], inputs: [a], environment: ["A=B"], deadline: 1h30m }
                      │                                                                ^^^^^
                  hint: write a whole number and s, m or h, such as 90s, 5m or 2h
                """)
    }

    @Test func aNameThatComesTwiceNamesBothPlaces() {
        let said = complaint(
            "version: 1\nproject: p\ninclude: [b.yaml]\nchecks: { a: { run: [sh], inputs: [x] } }\n",
            others: ["b.yaml": "version: 1\nchecks: { a: { run: [sh], inputs: [x] } }\n"])
        #expect(said.contains("b.yaml:2:11: error: "))
        #expect(said.contains("check 'a'"))
        #expect(said.contains("m.yaml:4:11"))
    }

    @Test func aProgramMayBeALinkThatLeavesTheRootAndAnInputMayNot() throws {
        let files = MemoryFiles([
            "/p/m.yaml": "version: 1\nproject: p\nchecks: { a: { run: [venv/python, -V], inputs: [x] } }\n",
            "/usr/python": "",
        ])
        files.link("/p/venv/python", to: "/usr/python")
        #expect(try load(["m.yaml"], files).manifest.checks.map(\.program) == [.file("venv/python")])
    }

    @Test func validationWithoutTheEnvironmentSaysNothingOfWhatItDoesNotKnow() throws {
        let check = try #require(
            try load(
                """
                version: 1
                project: p
                variables: { dir: { env: DIR } }
                checks: { a: { run: ["${var.dir}/sh"], inputs: ["${var.dir}/**", known] } }
                """,
                requireEnvironment: false
            ).manifest.checks.first)
        #expect(check.inputs.map(\.value) == ["known"])
    }
}
