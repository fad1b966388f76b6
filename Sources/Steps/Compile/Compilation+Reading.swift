package import Engine
import Foundation
package import Model

extension CompilationV1 {
    /// Reads the output of a compile step.
    ///
    /// - Throws: ``StepFailure``, coded `wire` where the bytes are none.
    package static func read(_ outputs: StoredOutputs) throws(StepFailure) -> CompilationV1 {
        let stored = try StoredObject(try outputs.bytes(CompileOutput.compilation))
        var warnings: [Warning] = []
        for warning in try stored.objects("warnings") { warnings.append(try Warning(warning)) }
        var compilation = CompilationV1(
            contract: try stored.text("contract"),
            path: try stored.text("path"),
            name: try stored.text("name"),
            sourceDigest: try stored.digest("sourceDigest"),
            isGenerated: try stored.flag("isGenerated"),
            compilerName: try stored.text("compilerName"),
            compilerVersion: try stored.text("compilerVersion"),
            compilerDigest: try stored.digest("compilerDigest"),
            immutables: try ranges(stored.objects("immutables")),
            links: try links(stored.objects("links")),
            warnings: warnings
        )
        compilation.version = try stored.number("version")
        return compilation
    }

    private static func links(_ stored: [StoredObject]) throws(StepFailure) -> [Link] {
        var links: [Link] = []
        for link in stored {
            links.append(
                Link(
                    path: try link.text("path"),
                    name: try link.text("name"),
                    initCode: try ranges(link.objects("initCode")),
                    runtimeCode: try ranges(link.objects("runtimeCode"))
                )
            )
        }
        return links
    }

    private static func ranges(_ stored: [StoredObject]) throws(StepFailure) -> [Range] {
        var ranges: [Range] = []
        for range in stored {
            ranges.append(Range(start: try range.number("start"), length: try range.number("length")))
        }
        return ranges
    }
}

extension CompilationV1.Warning {
    fileprivate init(_ stored: StoredObject) throws(StepFailure) {
        self.init(
            code: try stored.text("code"),
            severity: try stored.text("severity"),
            message: try stored.text("message"),
            path: try stored.textIfThere("path"),
            start: try stored.number("start"),
            end: try stored.number("end")
        )
    }
}
