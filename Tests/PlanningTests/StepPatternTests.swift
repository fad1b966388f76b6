import Planning
import Testing

@Suite struct StepPatternTests {
    @Test(arguments: [
        ("compile:Token", "compile:Token", true), ("*", "", true), ("*:Token", "audit:Token", true),
        ("deploy:*@sepolia", "deploy:token@sepolia", true), ("deploy:*@sepolia", "deploy:token@amoy", false),
        ("T?ken", "Token", true), ("T?ken", "Tken", false), ("*a*b*", "xaxxbx", true),
        ("*a*b*", "xbxxax", false),
        ("", "", true), ("", "x", false), ("Token", "Token2", false), ("**", "anything", true),
    ])
    func matchesWholeTexts(_ pattern: String, _ text: String, _ fits: Bool) {
        #expect(StepPattern(pattern).matches(text) == fits)
    }
}
