import ArgumentParser
import Manifests

/// Prints the manifest's JSON Schema.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of a manifest, for editors and checks."
    )

    func run() { Console.out(ManifestSchema.json) }
}
