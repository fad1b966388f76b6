import Foundation
import Model
import Support
import Testing

@testable import Survey

@Suite struct SolidityScannerTests {
    private func scan(_ text: String) -> SolidityScanner { SolidityScanner(Array(text.utf8)) }

    @Test func pragmasAreTheirTextWithoutComments() {
        let scanner = scan(
            "pragma solidity ^0.8.20;\npragma solidity >=0.8.0 /* a */\n  <0.9.0 // b\n;\npragma abicoder v2;"
        )
        #expect(scanner.pragmas == ["^0.8.20", ">=0.8.0 <0.9.0"])
    }

    @Test func allFormsOfImportsAreFound() {
        let scanner = scan(
            """
            import "a.sol";
            import 'b.sol' as B;
            import * as C from "c.sol";
            import {D as E, contract_} from
              "d.sol";
            // import "no.sol";
            string constant s = "import 'no.sol';";
            contract X { function import_() public { string memory t = "}"; } }
            /* import "no.sol"; */ import "e.sol";
            """
        )
        #expect(scanner.imports.map(\.text) == ["a.sol", "b.sol", "c.sol", "d.sol", "e.sol"])
        #expect(scanner.imports.map(\.line) == [1, 2, 3, 5, 9])
        #expect(scanner.imports.map(\.column) == [8, 8, 20, 3, 31])
    }

    @Test func onlyWhatIsDeclaredAtTheTopCounts() {
        let scanner = scan(
            """
            abstract
            contract A { struct contract_ { uint x; } }
            interface I { function library_() external; }
            library L { string constant q = unicode"} contract No {"; bytes constant h = hex"7d"; }
            contract B is A, I { function f() public { if (true) { } } library No {} }
            struct S { uint interface_; } error E(uint contract_); function free() pure {}
            contract $C_1 layout at 5 {}
            """
        )
        let kinds: [SourceFile.DeclarationKind] = [
            .abstractContract, .interface, .library, .contract, .contract,
        ]
        #expect(scanner.declarations.map(\.name) == ["A", "I", "L", "B", "$C_1"])
        #expect(scanner.declarations.map(\.kind) == kinds)
        #expect(scanner.declarations.map(\.line) == [2, 3, 4, 5, 7])
    }

    @Test func brokenFilesAreScannedToTheirEnd() {
        let whole =
            "pragma solidity ^0.8.0; import {A} from './a.sol'; /* c */ contract B { string s = 'x\\'y'; }"
        for length in 0...whole.utf8.count {
            let scanner = SolidityScanner(Array(whole.utf8.prefix(length)))
            #expect(scanner.imports.count <= 1 && scanner.declarations.count <= 1)
        }
        var random = SeededRandom(seed: 3)
        for _ in 0..<200 {
            let bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(SolidityScanner(bytes).declarations.count <= 100)
        }
    }
}

@Suite struct ContractChoiceTests {
    private func file(_ path: String, _ declarations: [(SourceFile.DeclarationKind, String)]) -> SourceFile {
        SourceFile(
            path: path,
            digest: Digest(of: Data()),
            declarations: declarations.map { SourceFile.Declaration(kind: $0, name: $1, line: 1) }
        )
    }

    private func said(_ result: Result<String, ContractChoiceFault>) -> String {
        switch result {
        case .success(let name): name
        case .failure(let fault): "\(fault.message); \(fault.hint)"
        }
    }

    @Test func theContractThatIsMeantIsFound() {
        let several = file(
            "a/Token.sol", [(.contract, "Base"), (.contract, "Token"), (.interface, "IToken")])
        #expect(said(several.contractMeant(named: nil)) == "Token")
        #expect(said(several.contractMeant(named: "Base")) == "Base")
        let only = file("a/X.sol", [(.abstractContract, "X"), (.contract, "Y"), (.library, "Z")])
        #expect(said(only.contractMeant(named: nil)) == "Y")
    }

    @Test func whatCannotBeMeantIsExplained() {
        let two = file("a/X.sol", [(.contract, "Alpha"), (.contract, "Beta"), (.interface, "IAlpha")])
        #expect(
            said(two.contractMeant(named: nil))
                == "a/X.sol declares 2 contracts, and none is named like the file; say which: a/X.sol:Alpha or a/X.sol:Beta"
        )
        #expect(said(two.contractMeant(named: "Alpa")) == "a/X.sol declares no 'Alpa'; did you mean 'Alpha'?")
        #expect(
            said(two.contractMeant(named: "Q")) == "a/X.sol declares no 'Q'; it declares Alpha, Beta, IAlpha")
        #expect(
            said(two.contractMeant(named: "IAlpha"))
                == "interface IAlpha of a/X.sol has no code that could be deployed; name a contract that is neither abstract nor an interface"
        )
        #expect(
            said(file("a.sol", [(.interface, "I")]).contractMeant(named: nil))
                == "a.sol declares no contract that can be deployed; it declares interface I"
        )
    }
}
