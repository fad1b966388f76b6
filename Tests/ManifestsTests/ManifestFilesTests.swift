import Foundation
import Manifests
import Model
import Support
import Testing

@Suite struct ManifestFilesTests {
    private let root = "version: 1\nproject: p\n"

    @Test func aDirectoryMeansItsYAMLFiles() throws {
        let files = MemoryFiles([
            "/p/m/b.yaml": root + "contracts: { B: { source: b.sol } }\n",
            "/p/m/a.yaml": "version: 1\ncontracts: { A: { source: a.sol } }\n",
            "/p/m/.c.yaml": "nonsense", "/p/m/d.yml": "nonsense", "/p/m/e/f.yaml": "nonsense",
        ])
        let manifest = try load(["m"], files).manifest
        #expect(manifest.contracts.map(\.name.rawValue) == ["A", "B"])
        #expect(manifest.root == "/p/m")
    }

    @Test func aFileThatIsMetTwiceIsReadOnce() throws {
        let files = MemoryFiles([
            "/p/m/a.yaml": root + "include: ['*.yaml', './b.yaml', 'x/../b.yaml']\n",
            "/p/m/b.yaml": "version: 1\ncontracts: { B: { source: b.sol } }\n",
            "/p/m/x/y": "",
        ])
        #expect(try load(["m", "m/b.yaml"], files).manifest.contracts.count == 1)
        #expect(files.reads(of: "/p/m/b.yaml") == 1)
    }

    @Test func aNameInTwoFilesIsReportedWithBothPlaces() {
        let said = complaint(
            root + "include: [n/o.yaml]\ncontracts: { A: { source: a.sol } }\n",
            others: ["n/o.yaml": "version: 1\ncontracts:\n  A: { source: b.sol }\n"]
        )
        #expect(
            said == """
                n/o.yaml:3:3: error: contract 'A' is defined twice [duplicate-key]
                    3 │   A: { source: b.sol }
                      │   ^
                  hint: the first is at m.yaml:4:14
                """
        )
    }

    @Test func filesThatIncludeEachOtherAreNamed() {
        let said = complaint(
            root + "include: [n.yaml]\n",
            others: [
                "n.yaml": "version: 1\ninclude: [o.yaml]\n", "o.yaml": "version: 1\ninclude: [m.yaml]\n",
            ]
        )
        #expect(
            said == """
                o.yaml:2:11: error: files include each other: m.yaml → n.yaml → o.yaml → m.yaml [cycle]
                    2 │ include: [m.yaml]
                      │           ^^^^^^
                  hint: remove one 'include'
                """
        )
    }

    @Test func whatIsIncludedMustBeThere() {
        let said = complaint(
            root + "include: [netwoks.yaml, 'x/*.yaml', d, /etc/a.yaml, '[a']\n",
            others: ["networks.yaml": "", "d/e": ""]
        )
        #expect(
            said == """
                m.yaml:3:11: error: there is no 'netwoks.yaml' [not-found]
                    3 │ include: [netwoks.yaml, 'x/*.yaml', d, /etc/a.yaml, '[a']
                      │           ^^^^^^^^^^^^
                  hint: did you mean 'networks.yaml'?
                m.yaml:3:25: error: no file matches 'x/*.yaml' [not-found]
                    3 │ include: [netwoks.yaml, 'x/*.yaml', d, /etc/a.yaml, '[a']
                      │                         ^^^^^^^^^^
                  hint: it is relative to this file
                m.yaml:3:37: error: 'd' is a directory [not-found]
                    3 │ include: [netwoks.yaml, 'x/*.yaml', d, /etc/a.yaml, '[a']
                      │                                     ^
                  hint: write "d/*.yaml"
                m.yaml:3:40: error: '/etc/a.yaml' is absolute [outside-root]
                    3 │ include: [netwoks.yaml, 'x/*.yaml', d, /etc/a.yaml, '[a']
                      │                                        ^^^^^^^^^^^
                  hint: paths are relative to the file that has them
                m.yaml:3:53: error: '[a' is no pattern: a '[' has no ']' [pattern]
                    3 │ include: [netwoks.yaml, 'x/*.yaml', d, /etc/a.yaml, '[a']
                      │                                                     ^^^^
                """
        )
    }

    @Test func thereIsOneRoot() {
        let said = complaint(root + "include: [n.yaml]\n", others: ["n.yaml": root])
        #expect(
            said == """
                n.yaml:2:1: error: two files name a project [root]
                    2 │ project: p
                      │ ^^^^^^^
                  hint: the first is at m.yaml:2:1; a file that is included names none
                """
        )
        let none = complaint("version: 1\n")
        #expect(
            none == """
                m.yaml:1:1: error: the manifest does not name its project [root]
                    1 │ version: 1
                      │ ^
                  hint: add 'project: NAME' to the root manifest
                """
        )
    }

    @Test func pathsThatAreNotThereAreSaid() {
        let files = MemoryFiles(["/p/manifests/a.yml": "", "/p/b.yaml": root])
        files.forbid("/p/b.yaml")
        #expect(
            complaint(["manifest", "manifests", "b.yaml"], files) == """
                error: there is no 'manifest' [not-found]
                  hint: did you mean 'manifests'?
                error: there is no *.yaml file in 'manifests' [not-found]
                  hint: a.yml is not read: rename it to end in .yaml
                error: 'b.yaml' cannot be read: permission denied [unreadable]
                """
        )
    }

    @Test func theRootIsTheNearestRepository() throws {
        let text = root + "contracts: { A: { source: ../src/a.sol } }\n"
        let files = MemoryFiles(["/r/.git/HEAD": "", "/r/p/m/m.yaml": text])
        let manifest = try load(["../../r/p/m/m.yaml"], files, in: "/home/u").manifest
        #expect(manifest.root == "/r")
        #expect(manifest.contracts[0].location.file == "../../r/p/m/m.yaml")
        #expect(manifest.files.map(\.path) == ["p/m/m.yaml"])
        guard case .source(let path, _) = manifest.contracts[0].origin else {
            Issue.record("A is no source")
            return
        }
        #expect(path.value == "p/src/a.sol")
    }

    @Test func theRootCanBeWidened() throws {
        let files = MemoryFiles([
            "/r/p/m/m.yaml": root + "root: ../..\ncontracts: { A: { source: ../../a.sol } }\n"
        ])
        #expect(try load(["m.yaml"], files, in: "/r/p/m").manifest.root == "/r")
        files.set("/r/p/m/m.yaml", root + "root: x\n")
        #expect(
            complaint(["m.yaml"], files, in: "/r/p/m").hasPrefix(
                "m.yaml:3:7: error: there is no directory 'x'"))
        files.set("/r/p/x/y", "")
        files.set("/r/p/m/m.yaml", root + "root: ../x\n")
        #expect(
            complaint(["m.yaml"], files, in: "/r/p/m") == """
                m.yaml:3:7: error: the root '../x' does not hold the manifest that names it [outside-root]
                    3 │ root: ../x
                      │       ^^^^
                  hint: write a directory above this file, such as ..
                """
        )
    }

    @Test func pathsStayInsideTheRoot() {
        let files = MemoryFiles([
            "/r/m.yaml": root + """
                contracts:
                  A: { source: ../a.sol }
                  B: { source: /r/a.sol }
                  C: { source: link/a.sol }
                sets: { s: { sources: '../*.sol' } }
                compilers: { default: { remappings: ['@a/=../lib/'] } }

                """,
            "/outside/a.sol": "",
        ])
        files.link("/r/link", to: "/outside")
        #expect(
            complaint(["m.yaml"], files, in: "/r") == """
                m.yaml:4:16: error: '../a.sol' leaves the project's root [outside-root]
                    4 │   A: { source: ../a.sol }
                      │                ^^^^^^^^
                  hint: the root is /r; 'root:' in the root manifest widens it
                m.yaml:5:16: error: '/r/a.sol' is absolute [outside-root]
                    5 │   B: { source: /r/a.sol }
                      │                ^^^^^^^^
                  hint: paths are relative to the file that has them
                m.yaml:6:16: error: 'link/a.sol' is a link that leaves the project's root [outside-root]
                    6 │   C: { source: link/a.sol }
                      │                ^^^^^^^^^^
                  hint: it leads to /outside/a.sol; 'root:' widens the root
                m.yaml:7:23: error: '../*.sol' leaves the project's root [outside-root]
                    7 │ sets: { s: { sources: '../*.sol' } }
                      │                       ^^^^^^^^^^
                  hint: the root is /r; 'root:' in the root manifest widens it
                m.yaml:8:38: error: '../lib/' leaves the project's root [outside-root]
                    8 │ compilers: { default: { remappings: ['@a/=../lib/'] } }
                      │                                      ^^^^^^^^^^^^^
                  hint: the root is /r; 'root:' in the root manifest widens it
                """
        )
    }

    @Test func nothingOutsideTheRootIsIncluded() {
        let files = MemoryFiles([
            "/r/m.yaml": root
                + "include: [../../etc/passwd, link.yaml, 'in/*.yaml', '../out/*.yaml', ../none.yaml]\n",
            "/etc/passwd": "root:x:0:0:secret line\n", "/out/a.yaml": "not: [closed\n",
            "/r/in/own.yaml": "version: 1\n",
        ])
        files.link("/r/link.yaml", to: "/out/a.yaml")
        files.link("/r/in/linked.yaml", to: "/out/a.yaml")
        let said = complaint(["m.yaml"], files, in: "/r")
        #expect(
            said.contains("m.yaml:3:11: error: '../../etc/passwd' leaves the project's root [outside-root]"))
        #expect(
            said.contains(
                "m.yaml:3:29: error: 'link.yaml' is a link that leaves the project's root [outside-root]"))
        #expect(
            said.contains(
                "m.yaml:3:40: error: 'in/*.yaml' is a link that leaves the project's root [outside-root]"))
        #expect(said.contains("m.yaml:3:53: error: '../out/*.yaml' leaves the project's root [outside-root]"))
        #expect(
            said.contains("error: '../none.yaml' leaves the project's root"),
            "whether it is there is not said")
        #expect(!said.contains("secret line") && !said.contains("closed"))
        for path in ["/etc/passwd", "/out/a.yaml"] { #expect(files.reads(of: path) == 0) }
    }

    @Test func aFileThatNamesTheProjectMayBeIncludedFromBelow() throws {
        let base = root + "contracts: { A: { source: a.sol } }\n"
        let files = MemoryFiles([
            "/p/base.yaml": base, "/p/other.yaml": "version: 1\n",
            "/p/envs/prod.yaml": "version: 1\ninclude: [../base.yaml, ../other.yaml]\n",
        ])
        #expect(try load(["envs/prod.yaml"], files).manifest.root == "/p")
        // Without one that does, the directory of what the user names is all that is known.
        files.set("/p/base.yaml", "secret: [\n")
        let said = complaint(["envs/prod.yaml"], files)
        #expect(said.contains("envs/prod.yaml:2:11: error: '../base.yaml' leaves the project's root"))
        #expect(!said.contains("secret"))
    }

    @Test func aFolderThatIsNotThereYetMayNotLeaveTheRootByALink() {
        let files = MemoryFiles(["/r/m.yaml": root + "registry: link/new/deployments\n", "/out/a": ""])
        files.link("/r/link", to: "/out")
        let said = complaint(["m.yaml"], files, in: "/r")
        #expect(said.contains("'link/new/deployments' is a link that leaves the project's root"))
        #expect(said.contains("it leads to /out/new/deployments"))
    }

    @Test func setNamesAVariableOfTheManifest() {
        let said = complaint(root + "variables: { supply: '1' }\n", set: ["suply": "2"])
        #expect(
            said == """
                error: --set names 'suply', which is no variable of the manifest [unknown-variable]
                  hint: did you mean 'supply'?
                """
        )
    }
}
