import Foundation
import Manifests
import Model
import Testing

@Suite struct JSONPlacesTests {
    private static let file = """
        {
          "list" : [
            { "gas" : 7, "name" : "a" },
            { "gas" : -7 }
          ]
        }
        """

    private func place(_ path: [String], in text: String = file) -> String {
        let problem = JSONPlaces.problem(
            "code", "it is wrong", at: path, in: Data(text.utf8), name: "p.json", hint: "mend it")
        let lines = problem.description.split(separator: "\n")
        #expect(lines.last == "  hint: mend it")
        return String(lines[0])
    }

    @Test func namesTheValueOrTheLastThatIsThere() {
        #expect(place(["list", "0", "name"]) == "p.json:3:27: error: it is wrong [code]")
        #expect(place(["list", "1", "name"]) == "p.json:4:5: error: it is wrong [code]")
        #expect(place(["list", "7"]) == "p.json:2:12: error: it is wrong [code]")
    }

    @Test func whatTheTextAloneTellsIsFoundInIt() {
        #expect(place([]) == "p.json:4:15: error: '-7' is no whole number from 0 on [code]")
        #expect(place([], in: "{}") == "p.json:1:1: error: it is wrong [code]")
        #expect(
            place([], in: #"{ "a" 1 }"#) == "p.json:1:7: error: this is no JSON: a ':' is missing here [code]"
        )
    }
}
