package import Model

extension SecretReference {
    /// Reads `env:NAME`, `file:PATH` or `cmd:[program, argument]`, as on a command line.
    ///
    /// - Throws: A ``Diagnostic`` that does not repeat the text, which may be the secret itself.
    package init(_ text: String) throws(Diagnostic) {
        do throws(TextKind.Fault) {
            self = try SecretText.parse(text)
        } catch {
            throw .error(error.code, error.message, hint: error.hint)
        }
    }
}
