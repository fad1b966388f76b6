import Model
import Testing

@testable import hyperkit

@Suite struct RunNameTests {
    private static let ids = [
        "2026-11-22T02-00-07Z-4f1c", "2026-11-21T02-00-07Z-77ac", "2026-11-20T02-00-07Z-4f1d",
    ]

    @Test(arguments: [(ids[1], ids[1]), ("latest", ids[0]), ("77ac", ids[1]), ("4f1d", ids[2])])
    func aRunIsMeantByItsIdItsEndOrAsTheLatest(_ name: String, _ id: String) throws {
        #expect(try RunName.resolve(name, among: Self.ids) == id)
    }

    @Test(arguments: [
        ("77a", [ids[1]]), ("2026-11", ids), ("2026-11-21T02-00-07Z-77ad", [ids[1]]), ("x", []), ("", []),
    ])
    func elseTheNearOnesAreNamed(_ name: String, _ near: [String]) {
        #expect(throws: RunName.Unknown(name: name, near: near)) {
            try RunName.resolve(name, among: Self.ids)
        }
    }

    @Test func whereNothingWasRunThereIsNoLatest() {
        #expect(throws: RunName.Unknown(name: "latest", near: [])) {
            try RunName.resolve("latest", among: [])
        }
    }
}
