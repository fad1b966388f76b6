import Model
import Testing

@Suite struct LimitsManifestTests {
    @Test func limitsOfAllFilesAreOne() throws {
        let manifest = try load(
            "version: 1\nproject: p\ninclude: [b.yaml]\nlimits: { run: 2h, retries: 0 }\n",
            others: ["b.yaml": "version: 1\nlimits: { attempt: 90s }\n"]
        ).manifest
        #expect(manifest.limits == RunLimits(run: .seconds(7_200), attempt: .seconds(90), retries: 0))
        #expect(try load("version: 1\nproject: p\n").manifest.limits == RunLimits())
    }

    @Test func whatIsWrongIsSaidWithItsPlace() {
        let said = complaint(
            "version: 1\nproject: p\ninclude: [b.yaml]\nlimits: { run: soon, retries: 101, retry: 1 }\n",
            others: ["b.yaml": "version: 1\nlimits: { attempt: 1m }\n"])
        for place in ["m.yaml:4:16: error: ", "m.yaml:4:31: error: ", "m.yaml:4:36: error: "] {
            #expect(said.contains(place), "\(said)")
        }
        #expect(said.contains("hint: allowed are run, attempt, retries"))
    }

    @Test func aLimitThatIsSaidTwiceNamesBothPlaces() {
        let said = complaint(
            "version: 1\nproject: p\ninclude: [b.yaml]\nlimits: { run: 2h }\n",
            others: ["b.yaml": "version: 1\nlimits: { run: 1h }\n"])
        #expect(said.contains("b.yaml:2:11: error: "))
        #expect(said.contains("limit 'run'"))
        #expect(said.contains("m.yaml:4:11"))
    }
}
