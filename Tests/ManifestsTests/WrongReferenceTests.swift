import Testing

@Suite struct WrongReferenceTests {
    @Test func whatIsNotDefinedIsNamedWithWhatIsNear() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: a.sol, compiler: defualt, policy: strikt } }
            policies: { strict: { extends: bass }, base: {} }
            networks: { sepolia: { engine: devnet, signer: nobody } }
            deployments:
              a: { contract: B, networks: [sepolai] }
              b: { each: drops, networks: [sepolia] }
            """
        )
        #expect(
            said == """
                m.yaml:3:44: error: there is no compiler 'defualt' [unknown-compiler]
                    3 │ contracts: { A: { source: a.sol, compiler: defualt, policy: strikt } }
                      │                                            ^^^^^^^
                  hint: did you mean 'default'?
                m.yaml:3:61: error: there is no policy 'strikt' [unknown-policy]
                    3 │ contracts: { A: { source: a.sol, compiler: defualt, policy: strikt } }
                      │                                                             ^^^^^^
                  hint: did you mean 'strict'?
                m.yaml:4:32: error: there is no policy 'bass' [unknown-policy]
                    4 │ policies: { strict: { extends: bass }, base: {} }
                      │                                ^^^^
                  hint: did you mean 'base'?
                m.yaml:5:48: error: there is no signer 'nobody' [unknown-signer]
                    5 │ networks: { sepolia: { engine: devnet, signer: nobody } }
                      │                                                ^^^^^^
                  hint: define it under 'signers'
                m.yaml:7:18: error: there is no contract 'B' [unknown-contract]
                    7 │   a: { contract: B, networks: [sepolai] }
                      │                  ^
                  hint: define it under 'contracts'
                m.yaml:7:32: error: there is no network 'sepolai' [unknown-network]
                    7 │   a: { contract: B, networks: [sepolai] }
                      │                                ^^^^^^^
                  hint: did you mean 'sepolia'?
                m.yaml:8:14: error: there is no set 'drops' [unknown-set]
                    8 │   b: { each: drops, networks: [sepolia] }
                      │              ^^^^^
                  hint: define it under 'sets'
                """
        )
    }

    @Test func addressesOfOtherDeploymentsMustBeThere() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: a.sol } }
            networks: { dev: { engine: devnet }, sepolia: { rpc: 'env:URL', chainId: 11155111, signer: ci } }
            signers: { ci: { key: 'env:KEY' } }
            deployments:
              token: { contract: A, networks: [dev] }
              vault:
                contract: A
                networks: [dev, sepolia]
                arguments: { a: '${deployments.token.address}', b: 'x ${deployments.tokn.address}', c: '${deployments.token@sepolia.address}', d: '${deployments.token@main.address}' }
            """
        )
        #expect(
            said == """
                m.yaml:11:22: error: 'token' is not deployed on sepolia [not-deployed]
                   11 │     arguments: { a: '${deployments.token.address}', b: 'x ${deployments.tokn.address}', c: '${deployments.token@sepolia.address}', d: '${deployments.token@main.
                      │                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: it is on dev; deployments.token@NETWORK.address reads another network's
                m.yaml:11:59: error: there is no deployment 'tokn' [unknown-deployment]
                   11 │     arguments: { a: '${deployments.token.address}', b: 'x ${deployments.tokn.address}', c: '${deployments.token@sepolia.address}', d: '${deployments.token@main.
                      │                                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: did you mean 'token'?
                m.yaml:11:93: error: 'token' is not deployed on sepolia [not-deployed]
                   11 │     arguments: { a: '${deployments.token.address}', b: 'x ${deployments.tokn.address}', c: '${deployments.token@sepolia.address}', d: '${deployments.token@main.
                      │                                                                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: it is on dev
                m.yaml:11:136: error: there is no network 'main' [unknown-network]
                   11 │ eployments.token@sepolia.address}', d: '${deployments.token@main.address}' }
                      │                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                """
        )
    }

    @Test func aSetHasNoSingleAddress() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: a.sol } }
            networks: { dev: { engine: devnet }, sepolia: { rpc: 'env:URL', chainId: 11155111, signer: ci } }
            signers: { ci: { key: 'env:KEY' } }
            sets: { s: { sources: '*.sol' } }
            deployments:
              all: { each: s, networks: [dev] }
              a: { contract: A, networks: [dev], arguments: ['${deployments.all.address}', '${deployments.all/X.address}'] }
            """
        )
        #expect(
            said == """
                m.yaml:9:51: error: 'all' deploys each member of a set and has no single address [unknown-deployment]
                    9 │   a: { contract: A, networks: [dev], arguments: ['${deployments.all.address}', '${deployments.all/X.address}'] }
                      │                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: deploy the contract that is meant under a name of its own
                m.yaml:9:81: error: the address of one member of a set cannot be read in this version of hyperkit [unknown-deployment]
                    9 │   a: { contract: A, networks: [dev], arguments: ['${deployments.all.address}', '${deployments.all/X.address}'] }
                      │                                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: deploy the contract under a name of its own
                """
        )
    }

    @Test func networkValuesAndSignersMustBeThere() {
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
                calls: { c: { function: 'f(address)', arguments: ['${network.values.owner}', '${signers.cj.address}'] } }
            """
        )
        #expect(
            said == """
                m.yaml:10:56: error: network 'dev' has no value 'owner' [unknown-value]
                   10 │     calls: { c: { function: 'f(address)', arguments: ['${network.values.owner}', '${signers.cj.address}'] } }
                      │                                                        ^^^^^^^^^^^^^^^^^^^^^^^
                  hint: add it to the 'values' of the network at m.yaml:4:13
                m.yaml:10:83: error: there is no signer 'cj' [unknown-signer]
                   10 │     calls: { c: { function: 'f(address)', arguments: ['${network.values.owner}', '${signers.cj.address}'] } }
                      │                                                                                   ^^^^^^^^^^^^^^^^^^^^^
                  hint: did you mean 'ci'?
                """
        )
    }

    @Test func anRpcNetworkThatIsDeployedToNeedsASigner() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: a.sol } }
            networks: { main: { rpc: 'https://a.example', chainId: 1 } }
            deployments: { a: { contract: A, networks: [main] } }
            """
        )
        #expect(
            said == """
                m.yaml:5:45: error: network 'main' has no signer, and 'a' is deployed on it [missing-signer]
                    5 │ deployments: { a: { contract: A, networks: [main] } }
                      │                                             ^^^^
                  hint: add 'signer: NAME' to the network at m.yaml:4:13
                """
        )
    }

    @Test func aCycleOfDeploymentsIsNamedStepByStep() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: a.sol } }
            networks: { dev: { engine: devnet }, sepolia: { rpc: 'env:URL', chainId: 11155111, signer: ci } }
            signers: { ci: { key: 'env:KEY' } }
            deployments:
              vault: { contract: A, networks: [dev, sepolia], arguments: ['${deployments.token.address}'] }
              token: { contract: A, networks: [dev, sepolia], arguments: { owner: ['${deployments.vesting.address}'] } }
              vesting: { contract: A, networks: [dev, sepolia], arguments: ['a${deployments.vault.address}'] }
              own: { contract: A, networks: [dev], arguments: ['${deployments.own.address}'] }
            """
        )
        #expect(
            said == """
                m.yaml:9:67: error: deployments need each other's addresses: vault → token → vesting → vault [cycle]
                    9 │   vesting: { contract: A, networks: [dev, sepolia], arguments: ['a${deployments.vault.address}'] }
                      │                                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: deploy one of them without the address and set it by a call afterwards
                m.yaml:10:53: error: deployments need each other's addresses: own → own [cycle]
                   10 │   own: { contract: A, networks: [dev], arguments: ['${deployments.own.address}'] }
                      │                                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: deploy one of them without the address and set it by a call afterwards
                """
        )
    }

    @Test func aCycleOverNetworksNamesThem() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: a.sol } }
            networks: { dev: { engine: devnet }, sepolia: { rpc: 'env:URL', chainId: 11155111, signer: ci } }
            signers: { ci: { key: 'env:KEY' } }
            deployments:
              a: { contract: A, networks: [dev], arguments: ['${deployments.b@sepolia.address}'] }
              b: { contract: A, networks: [sepolia], arguments: ['${deployments.a@dev.address}'] }
            """
        )
        #expect(
            said == """
                m.yaml:8:55: error: deployments need each other's addresses: a@dev → b@sepolia → a@dev [cycle]
                    8 │   b: { contract: A, networks: [sepolia], arguments: ['${deployments.a@dev.address}'] }
                      │                                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: deploy one of them without the address and set it by a call afterwards
                """
        )
    }

    @Test func aCycleOfPoliciesIsNamedStepByStep() {
        let said = complaint(
            """
            version: 1
            project: p
            policies: { a: { extends: b }, b: { extends: c }, c: { extends: b } }
            """
        )
        #expect(
            said == """
                m.yaml:3:65: error: policies extend each other: b → c → b [cycle]
                    3 │ policies: { a: { extends: b }, b: { extends: c }, c: { extends: b } }
                      │                                                                 ^
                  hint: remove one 'extends'
                """
        )
    }

    @Test func requiredToolsAreAmongTheTools() {
        let said = complaint(
            """
            version: 1
            project: p
            policies:
              a: { tools: [solc], require: [slither] }
              b: { extends: c, tools: [solc] }
              c: { tools: [solc, hyperkit], require: [hyperkit] }
            """
        )
        #expect(
            said == """
                m.yaml:4:33: error: policy 'a' requires 'slither', which is not among its tools [policy]
                    4 │   a: { tools: [solc], require: [slither] }
                      │                                 ^^^^^^^
                  hint: its tools are solc
                m.yaml:5:20: error: policy 'b' requires 'hyperkit', which is not among its tools [policy]
                    5 │   b: { extends: c, tools: [solc] }
                      │                    ^^^^^
                  hint: its tools are solc
                """
        )
    }
}
