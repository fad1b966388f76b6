/// What is known of the compiler's messages, by their numbers.
enum SolcMessages {
    /// The compiler's word that it is not a release; the same in every run, and without a place.
    static let preRelease = "3805"
    /// More than 256 warnings, or infos: what some said hid the rest.
    static let tooMany: Set<String> = ["4591", "2833"]

    /// Whether a message comes from looking at the declaration where it stands, and at nothing that builds on it.
    ///
    /// Others may come from a source that imports that one: solc's ControlFlowAnalyzer, for one, goes through a base's
    /// functions once for each contract that inherits them. These are of its SyntaxChecker, its DeclarationRegistrationHelper,
    /// its TypeChecker, its StaticAnalyzer and its ViewPureChecker, which visit each source once.
    static func isOfItsPlace(_ code: String?) -> Bool { code.map(ofTheirPlace.contains) ?? false }

    private static let ofTheirPlace: Set<String> = [
        "1878", "2018", "2072", "2319", "2394", "2519", "3420", "3628", "5159", "5667", "5878", "6133",
        "8760",
        "9302",
    ]
}
