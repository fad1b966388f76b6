import Testing

@Suite struct InterpolationTests {
    @Test func aBadReferenceIsPointedAt() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: a.sol } }
            networks: { dev: { engine: devnet }, sepolia: { rpc: 'env:URL', chainId: 11155111, signer: ci } }
            signers: { ci: { key: 'env:KEY' } }
            deployments:
              a:
                contract: A
                networks: [dev]
                arguments: ["x ${vars.a} y", "${network.chainID}", '${deployments.a.adress}', '${signers.ci.addr}', '${}', "a ${var.b", '${deployments.a@.address}']
            """
        )
        #expect(
            said == """
                m.yaml:10:20: error: '${vars.a}' is no reference [interpolation]
                   10 │     arguments: ["x ${vars.a} y", "${network.chainID}", '${deployments.a.adress}', '${signers.ci.addr}', '${}', "a ${var.b", '${deployments.a@.address}']
                      │                    ^^^^^^^^^
                  hint: did you mean '${var.a}'?
                m.yaml:10:35: error: '${network.chainID}' is no reference [interpolation]
                   10 │     arguments: ["x ${vars.a} y", "${network.chainID}", '${deployments.a.adress}', '${signers.ci.addr}', '${}', "a ${var.b", '${deployments.a@.address}']
                      │                                   ^^^^^^^^^^^^^^^^^^
                  hint: did you mean '${network.chainId}'?
                m.yaml:10:57: error: '${deployments.a.adress}' is no reference [interpolation]
                   10 │     arguments: ["x ${vars.a} y", "${network.chainID}", '${deployments.a.adress}', '${signers.ci.addr}', '${}', "a ${var.b", '${deployments.a@.address}']
                      │                                                         ^^^^^^^^^^^^^^^^^^^^^^^
                  hint: did you mean '${deployments.a.address}'?
                m.yaml:10:84: error: '${signers.ci.addr}' is no reference [interpolation]
                   10 │     arguments: ["x ${vars.a} y", "${network.chainID}", '${deployments.a.adress}', '${signers.ci.addr}', '${}', "a ${var.b", '${deployments.a@.address}']
                      │                                                                                    ^^^^^^^^^^^^^^^^^^
                  hint: did you mean '${signers.ci.address}'?
                m.yaml:10:106: error: '${}' names nothing [interpolation]
                   10 │     arguments: ["x ${vars.a} y", "${network.chainID}", '${deployments.a.adress}', '${signers.ci.addr}', '${}', "a ${var.b", '${deployments.a@.address}']
                      │                                                                                                          ^^^
                  hint: there are var.NAME, row.COLUMN, network.name, network.chainId, network.values.KEY, deployments.NAME.address and signers.NAME.address; $${ is a literal ${
                m.yaml:10:115: error: '${' has no '}' [interpolation]
                   10 │     arguments: ["x ${vars.a} y", "${network.chainID}", '${deployments.a.adress}', '${signers.ci.addr}', '${}', "a ${var.b", '${deployments.a@.address}']
                      │                                                                                                                   ^^
                  hint: close it, or write $${ for a literal ${
                m.yaml:10:126: error: '${deployments.a@.address}' is no reference [interpolation]
                   10 │ signers.ci.addr}', '${}', "a ${var.b", '${deployments.a@.address}']
                      │                                         ^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: did you mean '${deployments.NAME@NETWORK.address}'?
                """
        )
    }

    @Test func referencesHaveTheirPlaces() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: '${network.name}.sol' }, B: { generate: { template: erc20, options: { name: '${row.name}', symbol: B, premint: '1' } } } }
            networks: { d: { engine: devnet, values: { a: '${network.values.b}', b: '${deployments.x.address}' } } }
            include: ['${var.x}']
            """
        )
        #expect(
            said == """
                m.yaml:3:28: error: '${network.name}' cannot be used here [interpolation]
                    3 │ contracts: { A: { source: '${network.name}.sol' }, B: { generate: { template: erc20, options: { name: '${row.name}', symbol: B, premint: '1' } } } }
                      │                            ^^^^^^^^^^^^^^^
                  hint: only variables can be used here; it is known in arguments of deployments and calls, and in values of networks
                m.yaml:3:104: error: '${row.name}' cannot be used here [interpolation]
                    3 │ contracts: { A: { source: '${network.name}.sol' }, B: { generate: { template: erc20, options: { name: '${row.name}', symbol: B, premint: '1' } } } }
                      │                                                                                                        ^^^^^^^^^^^
                  hint: only variables can be used here; row.COLUMN is known in 'key' and 'generate' of a set made of rows
                m.yaml:4:48: error: '${network.values.b}' cannot be used here [interpolation]
                    4 │ networks: { d: { engine: devnet, values: { a: '${network.values.b}', b: '${deployments.x.address}' } } }
                      │                                                ^^^^^^^^^^^^^^^^^^^
                  hint: it is known in arguments of deployments and calls
                m.yaml:4:74: error: '${deployments.x.address}' cannot be used here [interpolation]
                    4 │ networks: { d: { engine: devnet, values: { a: '${network.values.b}', b: '${deployments.x.address}' } } }
                      │                                                                          ^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: it is known in arguments of deployments and calls
                m.yaml:5:11: error: item 1 of 'include' is read before variables are known [interpolation]
                    5 │ include: ['${var.x}']
                      │           ^^^^^^^^^^
                  hint: write it out
                """
        )
    }

    @Test func unknownVariablesAreNamed() {
        let said = complaint(
            """
            version: 1
            project: p
            variables: { supply: '5' }
            contracts: { A: { source: '${var.suply}.sol' }, B: { source: '${var.zzzzz}.sol' } }
            """
        )
        #expect(
            said == """
                m.yaml:4:28: error: there is no variable 'suply' [unknown-variable]
                    4 │ contracts: { A: { source: '${var.suply}.sol' }, B: { source: '${var.zzzzz}.sol' } }
                      │                            ^^^^^^^^^^^^
                  hint: did you mean 'supply'?
                m.yaml:4:63: error: there is no variable 'zzzzz' [unknown-variable]
                    4 │ contracts: { A: { source: '${var.suply}.sol' }, B: { source: '${var.zzzzz}.sol' } }
                      │                                                               ^^^^^^^^^^^^
                  hint: define it under 'variables', or give it by --set zzzzz=…
                """
        )
    }

    @Test func variablesThatNeedEachOtherAreNamed() {
        let said = complaint(
            """
            version: 1
            project: p
            variables: { a: '${var.b}', b: 'x${var.c}', c: '${var.b}' }
            """
        )
        #expect(
            said == """
                m.yaml:3:49: error: variables need each other: b → c → b [cycle]
                    3 │ variables: { a: '${var.b}', b: 'x${var.c}', c: '${var.b}' }
                      │                                                 ^^^^^^^^
                  hint: give one of them a text of its own
                """
        )
    }

    @Test func anUnsetVariableIsAnErrorWhereItIsUsed() {
        let said = complaint(
            """
            version: 1
            project: p
            variables: { a: { env: HOME_OF_A }, b: { env: HOME_OF_B } }
            contracts: { A: { source: '${var.a}.sol' } }
            """
        )
        #expect(
            said == """
                m.yaml:4:28: error: the variable 'a' has no value: HOME_OF_A is not set [environment]
                    4 │ contracts: { A: { source: '${var.a}.sol' } }
                      │                            ^^^^^^^^
                  hint: set HOME_OF_A, give the variable a default, or use --set a=…
                """
        )
    }
}
