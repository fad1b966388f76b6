import Testing

@Suite struct WrongValueTests {
    @Test func integersBooleansAndChoicesSayWhatIsAccepted() {
        let said = complaint(
            """
            version: 1
            project: p
            compilers: { default: { optimizer: { enabled: no, runs: 1e3 }, viaIR: yes, evmVersion: cancum, bytecodeHash: x, solc: '0.8' } }
            """
        )
        #expect(
            said == """
                m.yaml:3:47: error: 'enabled' of 'optimizer' of compiler 'default': 'no' is neither true nor false [wrong-value]
                    3 │ compilers: { default: { optimizer: { enabled: no, runs: 1e3 }, viaIR: yes, evmVersion: cancum, bytecodeHash: x, solc: '0.8' } }
                      │                                               ^^
                  hint: only true and false are accepted
                m.yaml:3:57: error: 'runs' of 'optimizer' of compiler 'default': '1e3' is not a whole number from 1 to 4294967295 [wrong-value]
                    3 │ compilers: { default: { optimizer: { enabled: no, runs: 1e3 }, viaIR: yes, evmVersion: cancum, bytecodeHash: x, solc: '0.8' } }
                      │                                                         ^^^
                  hint: digits alone are accepted, without a sign, spaces or '_'
                m.yaml:3:71: error: 'viaIR' of compiler 'default': 'yes' is neither true nor false [wrong-value]
                    3 │ compilers: { default: { optimizer: { enabled: no, runs: 1e3 }, viaIR: yes, evmVersion: cancum, bytecodeHash: x, solc: '0.8' } }
                      │                                                                       ^^^
                  hint: only true and false are accepted
                m.yaml:3:88: error: 'evmVersion' of compiler 'default': 'cancum' is none of homestead, tangerineWhistle, spuriousDragon, byzantium, constantinople, petersburg, istanbul, berlin, london, paris, shanghai, cancun, prague, osaka [wrong-value]
                    3 │ compilers: { default: { optimizer: { enabled: no, runs: 1e3 }, viaIR: yes, evmVersion: cancum, bytecodeHash: x, solc: '0.8' } }
                      │                                                                                        ^^^^^^
                  hint: did you mean 'cancun'?
                m.yaml:3:110: error: 'bytecodeHash' of compiler 'default': 'x' is none of ipfs, bzzr1, none [wrong-value]
                    3 │ compilers: { default: { optimizer: { enabled: no, runs: 1e3 }, viaIR: yes, evmVersion: cancum, bytecodeHash: x, solc: '0.8' } }
                      │                                                                                                              ^
                m.yaml:3:119: error: 'solc' of compiler 'default': '0.8' is no exact version of solc [wrong-value]
                    3 │ compilers: { default: { optimizer: { enabled: no, runs: 1e3 }, viaIR: yes, evmVersion: cancum, bytecodeHash: x, solc: '0.8' } }
                      │                                                                                                                       ^^^^^
                  hint: write one such as 0.8.29, or auto, or a path with a '/'
                """
        )
    }

    @Test func moneySaysHowItIsWritten() {
        let said = complaint(
            """
            version: 1
            project: p
            networks: { d: { engine: devnet, fees: { maxFeePerGas: 50, maxPriorityFeePerGas: 2 gwai } }, e: { engine: devnet, fees: { maxFeePerGas: 1 gwei, maxPriorityFeePerGas: 2 gwei } }, f: { engine: devnet, fees: { legacy: true, maxPriorityFeePerGas: 0.1234567890123 gwei } } }
            """
        )
        #expect(
            said == """
                m.yaml:3:56: error: 'maxFeePerGas' of 'fees' of network 'd': '50' is no amount [wrong-value]
                    3 │ networks: { d: { engine: devnet, fees: { maxFeePerGas: 50, maxPriorityFeePerGas: 2 gwai } }, e: { engine: devnet, fees: { maxFeePerGas: 1 gwei, maxPriorityFeePe
                      │                                                        ^^
                  hint: write an amount and a unit: 0.05 ether, 30 gwei or 100 wei
                m.yaml:3:82: error: 'maxPriorityFeePerGas' of 'fees' of network 'd': 'gwai' is no unit of money [wrong-value]
                    3 │ networks: { d: { engine: devnet, fees: { maxFeePerGas: 50, maxPriorityFeePerGas: 2 gwai } }, e: { engine: devnet, fees: { maxFeePerGas: 1 gwei, maxPriorityFeePe
                      │                                                                                  ^^^^^^
                  hint: write an amount and a unit: 0.05 ether, 30 gwei or 100 wei
                m.yaml:3:167: error: the priority fee is more than 'maxFeePerGas', which includes it [wrong-value]
                    3 │ eePerGas: 1 gwei, maxPriorityFeePerGas: 2 gwei } }, f: { engine: devnet, fees: { legacy: true, maxPriorityFeePerGas: 0.1234567890123 gwei } } }
                      │                                         ^^^^^^
                m.yaml:3:244: error: 'maxPriorityFeePerGas' of 'fees' of network 'f': '0.1234567890123 gwei' is less than a wei exactly [wrong-value]
                    3 │ : { legacy: true, maxPriorityFeePerGas: 0.1234567890123 gwei } } }
                      │                                         ^^^^^^^^^^^^^^^^^^^^
                  hint: write an amount and a unit: 0.05 ether, 30 gwei or 100 wei
                """
        )
    }

    @Test func networkNumbersHaveARange() {
        let said = complaint(
            """
            version: 1
            project: p
            networks: { d: { engine: devnet, chainId: 0, confirmations: 0 }, e: { engine: anvil, confirmations: finalised } }
            """
        )
        #expect(
            said == """
                m.yaml:3:43: error: 'chainId' of network 'd': '0' is not a whole number from 1 [wrong-value]
                    3 │ networks: { d: { engine: devnet, chainId: 0, confirmations: 0 }, e: { engine: anvil, confirmations: finalised } }
                      │                                           ^
                  hint: digits alone are accepted, without a sign, spaces or '_'
                m.yaml:3:61: error: 'confirmations' of network 'd': '0' is not a whole number from 1 to 1000000 or finalized [wrong-value]
                    3 │ networks: { d: { engine: devnet, chainId: 0, confirmations: 0 }, e: { engine: anvil, confirmations: finalised } }
                      │                                                             ^
                  hint: digits alone are accepted, without a sign, spaces or '_'
                m.yaml:3:79: error: 'engine' of network 'e': 'anvil' is not devnet [wrong-value]
                    3 │ networks: { d: { engine: devnet, chainId: 0, confirmations: 0 }, e: { engine: anvil, confirmations: finalised } }
                      │                                                                               ^^^^^
                m.yaml:3:101: error: 'confirmations' of network 'e': 'finalised' is not a whole number from 1 to 1000000 or finalized [wrong-value]
                    3 │ networks: { d: { engine: devnet, chainId: 0, confirmations: 0 }, e: { engine: anvil, confirmations: finalised } }
                      │                                                                                                     ^^^^^^^^^
                  hint: digits alone are accepted, without a sign, spaces or '_'
                """
        )
    }

    @Test func badAddressesAreCaughtEarly() {
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
                arguments:
                  - 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD
                  - 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae
                  - 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed0
                  - 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeO
                  - 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed
                  - 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
                  - 0x01
            """
        )
        #expect(
            said == """
                m.yaml:11:9: error: the address '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD' has a wrong checksum (EIP-55) [address]
                   11 │       - 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD
                      │         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: if no digit is wrong it is spelt 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
                m.yaml:12:9: error: '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae' is no address: it has 39 digits [address]
                   12 │       - 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae
                      │         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: an address has 40 digits behind 0x
                m.yaml:13:9: error: '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed0' is no address: it has 41 digits [address]
                   13 │       - 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed0
                      │         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: an address has 40 digits behind 0x
                m.yaml:14:9: error: '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeO' is no address: 'O' is no hexadecimal digit [address]
                   14 │       - 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeO
                      │         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                  hint: the digits are 0-9 and a-f
                """
        )
    }

    @Test func templatesOfLaterVersionsAreNamed() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts:
              A: { generate: { template: erc721, options: { name: A } } }
              B: { generate: { template: erc02 } }
              C: { generate: { prompt: a.md, template: erc20 } }
              D: { generate: { template: erc20, options: { name: D, symbol: D, premint: '1', decimal: 3 } } }
            """
        )
        #expect(
            said == """
                m.yaml:4:30: error: 'template' of 'generate' of contract 'A': the template 'erc721' is not available in this version of hyperkit [template]
                    4 │   A: { generate: { template: erc721, options: { name: A } } }
                      │                              ^^^^^^
                  hint: erc20 is
                m.yaml:5:30: error: 'template' of 'generate' of contract 'B': there is no template 'erc02' [template]
                    5 │   B: { generate: { template: erc02 } }
                      │                              ^^^^^
                  hint: did you mean 'erc20'?
                m.yaml:6:20: error: unknown key 'prompt' in 'generate' of contract 'C' [unknown-key]
                    6 │   C: { generate: { prompt: a.md, template: erc20 } }
                      │                    ^^^^^^
                  hint: it is not available in this version
                m.yaml:6:44: error: template 'erc20' needs the option 'name' [missing-option]
                    6 │   C: { generate: { prompt: a.md, template: erc20 } }
                      │                                            ^^^^^
                  hint: add it to 'options'
                m.yaml:6:44: error: template 'erc20' needs the option 'symbol' [missing-option]
                    6 │   C: { generate: { prompt: a.md, template: erc20 } }
                      │                                            ^^^^^
                  hint: add it to 'options'
                m.yaml:6:44: warning: no unit of this token can ever exist: it has no premint and is not mintable [empty-token]
                    6 │   C: { generate: { prompt: a.md, template: erc20 } }
                      │                                            ^^^^^
                  hint: give a 'premint' or set 'mintable: true'
                m.yaml:7:82: error: template 'erc20' has no option 'decimal' [unknown-option]
                    7 │   D: { generate: { template: erc20, options: { name: D, symbol: D, premint: '1', decimal: 3 } } }
                      │                                                                                  ^^^^^^^
                  hint: did you mean 'decimals'?
                """
        )
    }

    @Test func functionsAreSignatures() {
        let said = complaint(
            """
            version: 1
            project: p
            contracts: { A: { source: a.sol } }
            networks: { dev: { engine: devnet }, sepolia: { rpc: 'env:URL', chainId: 11155111, signer: ci } }
            signers: { ci: { key: 'env:KEY' } }
            deployments: { a: { contract: A, networks: [dev], calls: { c: { function: setFee, unless: { read: 'fee', equals: '1' } } } } }
            """
        )
        #expect(
            said == """
                m.yaml:6:75: error: 'function' of call 'c' of deployment 'a': 'setFee' is no function's signature [wrong-value]
                    6 │ deployments: { a: { contract: A, networks: [dev], calls: { c: { function: setFee, unless: { read: 'fee', equals: '1' } } } } }
                      │                                                                           ^^^^^^
                  hint: write the name with the types of its parameters, such as setFee(uint256) or setFee()
                m.yaml:6:99: error: 'read' of 'unless' of call 'c' of deployment 'a': 'fee' is no function's signature [wrong-value]
                    6 │ deployments: { a: { contract: A, networks: [dev], calls: { c: { function: setFee, unless: { read: 'fee', equals: '1' } } } } }
                      │                                                                                                   ^^^^^
                  hint: write the name with the types of its parameters, such as fee(uint256) or fee()
                """
        )
    }

    @Test func rulesNameTheirTool() {
        let said = complaint(
            """
            version: 1
            project: p
            policies: { p: { tools: [slither, aderyn], refuse: [{ rule: x }, { rule: mythril/y }, {}], ignore: [{ rule: slither/a }] } }
            """
        )
        #expect(
            said == """
                m.yaml:3:35: error: item 2 of 'tools' of policy 'p': 'aderyn' is none of solc, hyperkit, slither [wrong-value]
                    3 │ policies: { p: { tools: [slither, aderyn], refuse: [{ rule: x }, { rule: mythril/y }, {}], ignore: [{ rule: slither/a }] } }
                      │                                   ^^^^^^
                m.yaml:3:61: error: 'rule' of item 1 of 'refuse' of policy 'p': 'x' is no rule [wrong-value]
                    3 │ policies: { p: { tools: [slither, aderyn], refuse: [{ rule: x }, { rule: mythril/y }, {}], ignore: [{ rule: slither/a }] } }
                      │                                                             ^
                  hint: write tool/rule, such as hyperkit/tx-origin
                m.yaml:3:74: error: 'rule' of item 2 of 'refuse' of policy 'p': 'mythril' is no tool of this version of hyperkit [wrong-value]
                    3 │ policies: { p: { tools: [slither, aderyn], refuse: [{ rule: x }, { rule: mythril/y }, {}], ignore: [{ rule: slither/a }] } }
                      │                                                                          ^^^^^^^^^
                  hint: there are solc, hyperkit, slither
                m.yaml:3:87: error: an entry of 'refuse' says nothing and would refuse every finding [missing-key]
                    3 │ policies: { p: { tools: [slither, aderyn], refuse: [{ rule: x }, { rule: mythril/y }, {}], ignore: [{ rule: slither/a }] } }
                      │                                                                                       ^
                  hint: give it a severity, a confidence or a rule
                m.yaml:3:101: error: item 1 of 'ignore' of policy 'p' has no 'reason' [missing-key]
                    3 │ policies: { p: { tools: [slither, aderyn], refuse: [{ rule: x }, { rule: mythril/y }, {}], ignore: [{ rule: slither/a }] } }
                      │                                                                                                     ^
                  hint: Why they are accepted.
                """
        )
    }
}
