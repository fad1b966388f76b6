import Model
import Support
import Testing

@Suite struct GlobTests {
    private let files = MemoryFiles([
        "/p/a.sol": "", "/p/b.txt": "", "/p/.env": "", "/p/.git/config": "", "/p/test/a.t.sol": "",
        "/p/test/unit/b.t.sol": "", "/p/test/unit/.secret": "", "/p/test/unit/deep/c.t.sol": "",
        "/p/testing/d.t.sol": "", "/p/lib/one/test/e.t.sol": "", "/q/outside.sol": "",
    ])

    private func matches(_ pattern: String) throws -> [String] {
        try Glob(pattern).files(under: "/p", in: files.access)
    }

    @Test(arguments: [
        ("test/**", ["test/a.t.sol", "test/unit/b.t.sol", "test/unit/deep/c.t.sol"]),
        ("test/**/*", ["test/a.t.sol", "test/unit/b.t.sol", "test/unit/deep/c.t.sol"]),
        ("test/**/**", ["test/a.t.sol", "test/unit/b.t.sol", "test/unit/deep/c.t.sol"]),
        ("test/**/*.t.sol", ["test/a.t.sol", "test/unit/b.t.sol", "test/unit/deep/c.t.sol"]),
        (
            "**/test/**",
            [
                "lib/one/test/e.t.sol", "test/a.t.sol", "test/unit/b.t.sol", "test/unit/deep/c.t.sol",
            ]
        ),
        ("test/**/deep/*", ["test/unit/deep/c.t.sol"]),
        ("**/b.*", ["b.txt", "test/unit/b.t.sol"]),
        ("{test,lib}/**/[ae].t.sol", ["lib/one/test/e.t.sol", "test/a.t.sol"]),
        ("test/**/.secret", ["test/unit/.secret"]),
        (".git/**", [".git/config"]),
        ("test", []), ("test/*", ["test/a.t.sol"]), ("none/**", []),
    ])
    func twoStarsGoAnyNumberOfDirectoriesDeep(_ pattern: String, _ expected: [String]) throws {
        #expect(try matches(pattern) == expected)
    }

    @Test func namesWithADotAheadAreMeantOnlyWhereTheyAreWritten() throws {
        #expect(try matches("**").filter { $0.contains("/.") || $0.hasPrefix(".") } == [])
        #expect(try matches("**").count == 7)
    }

    @Test func aLinkThatLeadsBackEndsTheWalk() throws {
        files.link("/p/test/unit/up", to: "/p/test")
        #expect(try matches("test/**") == ["test/a.t.sol", "test/unit/b.t.sol", "test/unit/deep/c.t.sol"])
    }
}
