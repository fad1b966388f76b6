import Testing

@Suite struct WrongKeyTests {
    @Test func unknownKeysSayWhatIsNear() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts:
              Token: { sorce: a.sol }
            networks:
              sepolia: { rpc: 'env:A', chainID: 1 }
            """
        )
        #expect(
            said == """
                m.yaml:4:12: error: unknown key 'sorce' in contract 'Token' [unknown-key]
                    4 │   Token: { sorce: a.sol }
                      │            ^^^^^
                  hint: did you mean 'source'?
                m.yaml:6:28: error: unknown key 'chainID' in network 'sepolia' [unknown-key]
                    6 │   sepolia: { rpc: 'env:A', chainID: 1 }
                      │                            ^^^^^^^
                  hint: did you mean 'chainId'?
                """
        )
    }

    @Test func unknownKeysListWhatIsAllowedWhereNothingIsNear() {
        let said = complaint(
            """
            version: 1
            project: p
            signers: { ci: { zzz: 1 } }
            """
        )
        #expect(
            said == """
                m.yaml:3:18: error: unknown key 'zzz' in signer 'ci' [unknown-key]
                    3 │ signers: { ci: { zzz: 1 } }
                      │                  ^^^
                  hint: allowed are key, keystore, password, rpc, address, safe, multiSend, proposer, service, apiKey
                """
        )
    }

    @Test func keysOfLaterVersionsSayThatTheyAreNotAvailable() {
        let said = complaint(
            """
            version: 1
            project: p
            providers: {}
            networks:
              m: { preset: sepolia, rpc: 'env:A', approval: plan }
            contracts: { A: { source: a.sol, project: core } }
            """
        )
        #expect(
            said == """
                m.yaml:3:1: error: unknown key 'providers' in the manifest [unknown-key]
                    3 │ providers: {}
                      │ ^^^^^^^^^
                  hint: it is not available in this version
                m.yaml:6:34: error: unknown key 'project' in contract 'A' [unknown-key]
                    6 │ contracts: { A: { source: a.sol, project: core } }
                      │                                  ^^^^^^^
                  hint: it is not available in this version
                """
        )
    }

    @Test func laterKeysAreUnknownElsewhere() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: a.sol, approval: plan } }
            """
        )
        #expect(
            said == """
                m.yaml:3:34: error: unknown key 'approval' in contract 'A' [unknown-key]
                    3 │ contracts: { A: { source: a.sol, approval: plan } }
                      │                                  ^^^^^^^^
                  hint: allowed are source, generate, compiler, policy
                """
        )
    }

    @Test func wrongTypesSayWhatIsExpectedAndFound() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: [A]
            sets: 5
            networks:
            compilers: { default: { optimizer: true, remappings: a=b } }
            """
        )
        #expect(
            said == """
                m.yaml:3:12: error: 'contracts': expected a map, found a list [wrong-type]
                    3 │ contracts: [A]
                      │            ^
                  hint: a map is written { key: value }
                m.yaml:4:7: error: 'sets': expected a map, found a number [wrong-type]
                    4 │ sets: 5
                      │       ^
                  hint: a map is written { key: value }
                m.yaml:5:1: error: 'networks': expected a map, found nothing [wrong-type]
                    5 │ networks:
                      │ ^^^^^^^^
                  hint: give it a value or remove the key
                m.yaml:6:36: error: 'optimizer' of compiler 'default': expected a map, found text [wrong-type]
                    6 │ compilers: { default: { optimizer: true, remappings: a=b } }
                      │                                    ^^^^
                  hint: a map is written { key: value }
                m.yaml:6:54: error: 'remappings' of compiler 'default': expected a list, found text [wrong-type]
                    6 │ compilers: { default: { optimizer: true, remappings: a=b } }
                      │                                                      ^^^
                  hint: a list is written [first, second], also where it has one element
                """
        )
    }

    @Test func missingAndConflictingKeysAreNamed() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts:
              A: {}
              B: { source: b.sol, generate: { template: erc20 } }
            sets: { s: { rows: a.csv } }
            networks: { n: { rpc: 'env:A' }, o: { state: persistent } }
            """
        )
        #expect(
            said == """
                m.yaml:4:3: error: contract 'A' has neither 'source' nor 'generate' [missing-key]
                    4 │   A: {}
                      │   ^
                  hint: add one of them
                m.yaml:5:23: error: contract 'B' has both 'source' and 'generate' [conflicting-keys]
                    5 │   B: { source: b.sol, generate: { template: erc20 } }
                      │                       ^^^^^^^^
                  hint: keep one of them
                m.yaml:6:14: error: 'rows' of set 's' needs 'key' beside it [missing-key]
                    6 │ sets: { s: { rows: a.csv } }
                      │              ^^^^
                  hint: The member's name, such as ${row.id}.
                m.yaml:6:14: error: 'rows' of set 's' needs 'generate' beside it [missing-key]
                    6 │ sets: { s: { rows: a.csv } }
                      │              ^^^^
                  hint: A template; options may read ${row.COLUMN}.
                m.yaml:7:18: error: 'rpc' of network 'n' needs 'chainId' or 'preset' beside it [missing-key]
                    7 │ networks: { n: { rpc: 'env:A' }, o: { state: persistent } }
                      │                  ^^^
                  hint: The chain's number (EIP-155).
                m.yaml:7:39: error: 'state' of network 'o' needs 'engine' beside it [missing-key]
                    7 │ networks: { n: { rpc: 'env:A' }, o: { state: persistent } }
                      │                                       ^^^^^
                  hint: devnet: a chain that the run starts.
                """
        )
    }

    @Test func aKeyDefinedTwiceNamesBothPlaces() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts:
              A: { source: a.sol }
              B: { source: b.sol }
              A: { source: c.sol }
            signers: { x: { key: 'env:A', "key": 'env:B' } }
            """
        )
        #expect(
            said == """
                m.yaml:6:3: error: 'A' is defined twice [duplicate-key]
                    6 │   A: { source: c.sol }
                      │   ^
                  hint: the first is at m.yaml:4:3
                m.yaml:7:31: error: 'key' is defined twice [duplicate-key]
                    7 │ signers: { x: { key: 'env:A', "key": 'env:B' } }
                      │                               ^^^^^
                  hint: the first is at m.yaml:7:17
                """
        )
    }

    @Test func namesHaveARule() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { 1a: { source: a.sol }, 'b c': { source: a.sol } }
            """
        )
        #expect(
            said == """
                m.yaml:3:14: error: '1a' is not a name [name]
                    3 │ contracts: { 1a: { source: a.sol }, 'b c': { source: a.sol } }
                      │              ^^
                  hint: a name is a letter, then letters, digits, '_' and '-', 100 at most
                m.yaml:3:37: error: 'b c' is not a name [name]
                    3 │ contracts: { 1a: { source: a.sol }, 'b c': { source: a.sol } }
                      │                                     ^^^^^
                  hint: a name is a letter, then letters, digits, '_' and '-', 100 at most
                """
        )
    }
}
