import Testing

@testable import Steps

@Suite struct AuditJSONTests {
    private func parse(_ text: String) throws(JSONTextError) -> ParsedJSON {
        try JSONSlice(text.utf8).parsed()
    }

    @Test func readsEveryKindOfValue() throws {
        let json = try parse(#" {"a": [1, -2.5e3, true, false, null], "b": {"c": "d"}, "e": {}, "f": []} "#)
        #expect(
            json["a"]
                == .array([.number("1"), .number("-2.5e3"), .bool(true), .bool(false), .null]))
        #expect(json["b"]?["c"]?.text == "d")
        #expect(json["e"] == .object([:]))
        #expect(json["f"] == .array([]))
    }

    @Test func readsEscapes() throws {
        let json = try parse(#""a\"\\\/\n\t\u00e9\ud83d\ude00 ä""#)
        #expect(json.text == "a\"\\/\n\té😀 ä")
    }

    @Test(arguments: [
        "", "{", "[1,", #"{"a" 1}"#, #"{"a":}"#, "[1 2]", "tru", #""open"#, "1 2", #""\u12""#, "{a:1}",
    ])
    func refusesWhatIsNoJSON(_ text: String) {
        #expect(throws: JSONTextError.self) { try parse(text) }
    }

    @Test func refusesDeepNesting() {
        #expect(throws: JSONTextError.self) { try parse(String(repeating: "[", count: 100_000)) }
    }

    @Test func cutsMembersOutWithoutReadingThem() throws {
        let text = #"{"a": {"x": [1, "]}", {"y": "\""}]} , "b":-1.5, "c" : "t\"" ,"d":null}"#
        let members = try JSONSlice(text.utf8).members()
        #expect(members.map(\.key) == ["a", "b", "c", "d"])
        #expect(
            members.map { String(decoding: $0.value.bytes, as: UTF8.self) } == [
                #"{"x": [1, "]}", {"y": "\""}]}"#, "-1.5", #""t\"""#, "null",
            ])
        #expect(try JSONSlice("[1]".utf8).members().isEmpty)
    }

    @Test(arguments: ["{", #"{"a""#, #"{"a":"#, #"{"a":,}"#, #"{"a":[1"#, #"{"a":"x"#, #"{"a":1"#])
    func refusesToCutWhatDoesNotEnd(_ text: String) {
        #expect(throws: JSONTextError.self) { try JSONSlice(text.utf8).members() }
    }
}
