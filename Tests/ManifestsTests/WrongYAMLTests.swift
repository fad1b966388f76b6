import Testing

@Suite struct WrongYAMLTests {
    @Test func syntaxErrorsHaveAPlace() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts:
              A: { source: a.sol
            sets: {}
            """
        )
        #expect(
            said == """
                m.yaml:5:5: error: this is not YAML: did not find expected ',' or '}' [yaml]
                    5 │ sets: {}
                      │     ^
                  hint: what is opened at m.yaml:4:6 is not closed before this
                """
        )
    }

    @Test func aMergeThatGitLeftIsSaidAtItsMarker() {
        let said = complaint(
            """
            version: 1
            <<<<<<< HEAD
            project: p
            =======
            project: q
            >>>>>>> theirs
            """
        )
        #expect(
            said == """
                m.yaml:2:1: error: git left a merge to you: this is its marker [merge-conflict]
                    2 │ <<<<<<< HEAD
                      │ ^^^^^^^^^^^^
                  hint: keep what is meant of both sides, and take the lines <<<<<<<, ======= and >>>>>>> away
                """
        )
    }

    @Test func aTabCannotIndent() {
        let said = complaint(
            "version: 1\nproject: p\ncontracts:\n\tA: { source: a.sol }\n"
        )
        #expect(
            said == """
                m.yaml:4:1: error: a tab cannot indent YAML [yaml]
                    4 │  A: { source: a.sol }
                      │ ^
                  hint: indent by spaces
                """
        )
    }

    @Test func aTextWithAColonNeedsQuotes() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts:
              A:
                source: a: b
            """
        )
        #expect(
            said == """
                m.yaml:5:14: error: this is not YAML: mapping values are not allowed in this context [yaml]
                    5 │     source: a: b
                      │              ^
                  hint: a text with ': ' in it needs quotes; a key of the same map starts in the same column
                """
        )
    }

    @Test func aReferenceInBracketsNeedsQuotes() {
        let said = complaint(
            """
            version: 1
            project: p
            variables: { a: '1' }
            contracts: { A: { source: ${var.a} } }
            """
        )
        #expect(
            said == """
                m.yaml:4:28: error: this is not YAML: did not find expected ',' or '}' [yaml]
                    4 │ contracts: { A: { source: ${var.a} } }
                      │                            ^
                  hint: a text with ${…} between brackets or braces needs quotes
                """
        )
    }

    @Test func anUnclosedQuoteIsSaid() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: 'a.sol } }
            """
        )
        #expect(
            said == """
                m.yaml:3:27: error: a quote is opened here and never closed [yaml]
                    3 │ contracts: { A: { source: 'a.sol } }
                      │                           ^
                  hint: close it
                """
        )
    }

    @Test func keysOfOneMapStartInOneColumn() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts:
              A: { source: a.sol }
             B: { source: a.sol }
            """
        )
        #expect(
            said == """
                m.yaml:5:2: error: this is not YAML: did not find expected key [yaml]
                    5 │  B: { source: a.sol }
                      │  ^
                  hint: the keys of one map start in the same column
                """
        )
    }

    @Test func anEmptyFileIsSaid() {
        let said = complaint(
            ""
        )
        #expect(
            said == """
                m.yaml:1:1: error: the file is empty [empty]
                    1 │ 
                      │ ^
                """
        )
    }

    @Test func aFileOfCommentsIsSaid() {
        let said = complaint(
            "# nothing\n"
        )
        #expect(
            said == """
                m.yaml:1:1: error: the file is empty [empty]
                    1 │ # nothing
                      │ ^
                """
        )
    }

    @Test func aScalarAtTheTopIsSaid() {
        let said = complaint(
            "hello\n"
        )
        #expect(
            said == """
                m.yaml:1:1: error: a manifest is a map, and this is text [wrong-type]
                    1 │ hello
                      │ ^^^^^
                  hint: it begins with 'version: 1'
                """
        )
    }

    @Test func severalDocumentsAreRefused() {
        let said = complaint(
            """
            version: 1
            project: p
            ---
            version: 1
            """
        )
        #expect(
            said == """
                m.yaml:3:1: error: a manifest is one YAML document, and a second one begins here [yaml]
                    3 │ ---
                      │ ^
                  hint: make two files of it; the root manifest includes the other
                """
        )
    }

    @Test func mergeKeysAreRefused() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts:
              A: &a { source: a.sol }
              B:
                <<: *a
            """
        )
        #expect(
            said == """
                m.yaml:5:3: error: contract 'B' has neither 'source' nor 'generate' [missing-key]
                    5 │   B:
                      │   ^
                  hint: add one of them
                m.yaml:6:5: error: merge keys (<<) are not supported [yaml]
                    6 │     <<: *a
                      │     ^^
                  hint: write the keys out, or share a whole value by an anchor and an alias
                """
        )
    }

    @Test func tagsAreRefused() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: !!binary aGk= } }
            """
        )
        #expect(
            said == """
                m.yaml:3:27: error: the tag '!!binary' has no meaning here [yaml]
                    3 │ contracts: { A: { source: !!binary aGk= } }
                      │                           ^
                  hint: remove it; put text in quotes
                m.yaml:3:27: error: 'source' of contract 'A': 'aGk=' is no Solidity file [wrong-value]
                    3 │ contracts: { A: { source: !!binary aGk= } }
                      │                           ^
                  hint: write path.sol or path.sol:Name
                """
        )
    }

    @Test func undefinedAliasesAreRefused() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: *a }
            """
        )
        #expect(
            said == """
                m.yaml:3:17: error: this is not YAML: found undefined alias [yaml]
                    3 │ contracts: { A: *a }
                      │                 ^
                  hint: an anchor (&name) comes before its aliases (*name)
                """
        )
    }

    @Test func keysThatAreNoTextAreRefused() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { [a, b]: { source: a.sol } }
            """
        )
        #expect(
            said == """
                m.yaml:3:14: error: a key is text, not a list or a map [yaml]
                    3 │ contracts: { [a, b]: { source: a.sol } }
                      │              ^
                """
        )
    }

    @Test func aNulByteIsPointedAt() {
        let said = complaint(
            "version: 1\nproject: p\ncontracts: { A: { source: a\0.sol } }\n"
        )
        #expect(
            said == #"""
                m.yaml:3:28: error: the file holds a NUL byte [control-character]
                    3 │ contracts: { A: { source: a�.sol } }
                      │                            ^
                  hint: remove it; a quoted text can hold it as an escape such as \x00
                """#
        )
    }

    @Test func aVersionFromTheFutureIsRefused() {
        let said = complaint(
            """
            version: 2
            project: p
            """
        )
        #expect(
            said == """
                m.yaml:1:10: error: 'version': '2' is not 1 [wrong-value]
                    1 │ version: 2
                      │          ^
                  hint: this hyperkit reads version 1 alone
                """
        )
    }
}
