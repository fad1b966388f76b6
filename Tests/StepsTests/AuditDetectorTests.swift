import Model
import Testing

@testable import Steps

@Suite struct AuditDetectorTests {
    @Test(arguments: [
        ("Reentrancy", "LeakyBank", ["high reentrancy 24:24 pay"]),
        ("Reentrancy", "LeakyVault", ["medium reentrancy 44:17 redeem"]),
        (
            "Access", "Open",
            [
                "high unguarded-authority-write 16:9 setOwner",
                "high unguarded-authority-write 20:9 setKeeper",
                "high unguarded-value-out 33:9 sweep",
                "high unguarded-value-out 37:24 drain",
                "high unguarded-selfdestruct 46:9 shut",
            ]
        ),
        (
            "Calls", "Careless",
            [
                "high delegatecall-target 10:44 run",
                "high delegatecall-target 23:25 fallback",
                "medium unchecked-low-level-call 29:9 drop",
                "medium unchecked-low-level-call 30:9 drop",
                "medium unchecked-low-level-call 34:44 forget",
                "medium tx-origin 41:17 login",
                "low reentrancy 34:44 forget",
                "low unchecked-low-level-call 36:34 forget",
            ]
        ),
    ])
    func findsWhatIsWrong(_ file: String, _ contract: String, _ expected: [String]) throws {
        let found = AuditFixture.lines(try AuditFixture.own(file, contract))
        #expect(found == expected)
    }

    @Test func followsWhatIsInheritedAndWhatLibrariesDo() throws {
        let found = AuditFixture.lines(try AuditFixture.own("Heir", "Heir"))
        #expect(
            found == [
                "high reentrancy 17:9 leave",
                "high unguarded-authority-write 9:9 Base.setKeeper",
                "medium unchecked-low-level-call 25:9 Sender.give",
            ])
    }

    @Test(arguments: [
        ("Reentrancy", "SoundBank", [String]()),
        ("Access", "Closed", []),
        ("Calls", "Careful", ["low delegatecall-target 78:24 runUpgradeable", "low reentrancy 87:44 ping"]),
    ])
    func findsNothingBadInSoundContracts(_ file: String, _ contract: String, _ expected: [String]) throws {
        let found = AuditFixture.lines(try AuditFixture.own(file, contract))
        #expect(found == expected)
    }

    @Test func saysWhatIsWrongInWords() throws {
        let found = try #require(try AuditFixture.own("Reentrancy", "LeakyBank").first)
        #expect(
            found.description == """
                withdraw gives control away (a call that sends ether) and then writes balances. Whoever is called can \
                come back while the old value is still there.
                """)
        #expect(found.classification == Weakness.reentrancy)
        #expect(found.location?.text == "        (bool sent,) = to.call{value: amount}(\"\");")
        #expect(found.location?.endLine == 24)
    }
}
