import Foundation

/// The same graph for the other programs: each source is copied in as many stages as there are, one edge a stage.
struct CopyGraph {
    let sources: SourceFolder
    /// How many of the sources take part.
    let count: Int
    let stages: Int
    /// Where copies go, relative to the sources' root; each program has its own.
    let output: String

    init(_ sources: SourceFolder, count: Int? = nil, stages: Int, output: String) {
        self.sources = sources
        self.count = count ?? sources.count
        self.stages = stages
        self.output = output
    }

    var edges: Int { count * stages }

    private func source(_ number: Int) -> String { "contracts/\(SourceFolder.name(number)).sol" }

    private func copy(_ number: Int, _ stage: Int) -> String {
        "\(output)/\(SourceFolder.name(number)).\(stage)"
    }

    private func edges(_ body: (_ input: String, _ output: String) throws -> Void) throws {
        for number in 0..<count {
            for stage in 1...stages {
                try body(stage == 1 ? source(number) : copy(number, stage - 1), copy(number, stage))
            }
        }
    }

    /// Removes all that was copied, and what the programs keep of their own.
    func clear() throws {
        for path in [output, ".ninja_log", ".ninja_deps", ".snakemake"].map({ "\(sources.root)/\($0)" })
        where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
        try FileManager.default.createDirectory(
            atPath: "\(sources.root)/\(output)", withIntermediateDirectories: true)
    }

    /// Writes `NAME.ninja` and gives the arguments that build it.
    func ninja(_ name: String, width: Int = 2) throws -> [String] {
        var file = try TextFile("\(sources.root)/\(name).ninja")
        try file.line("builddir = \(output)\nrule copy\n  command = cp $in $out")
        try edges { input, output in try file.line("build \(output): copy \(input)") }
        try file.end()
        return ["-f", "\(name).ninja", "-j\(width)"]
    }

    /// Writes `NAME.mk` and gives the arguments that build it.
    func make(_ name: String, width: Int = 2) throws -> [String] {
        var file = try TextFile("\(sources.root)/\(name).mk")
        try file.line(".PHONY: all\nall: \\")
        for number in 0..<count { try file.line("  \(copy(number, stages)) \\") }
        try file.line("")
        try edges { input, output in try file.line("\(output): \(input)\n\t@cp $< $@") }
        try file.end()
        return ["-f", "\(name).mk", "-j\(width)"]
    }

    /// Writes `NAME.smk`, of one stage, and gives the arguments that build it.
    func snakemake(_ name: String, width: Int = 2) throws -> [String] {
        try TextFile.write(
            "\(sources.root)/\(name).smk",
            """
            rule all:
                input: [f"\(output)/C{number}.1" for number in range(\(count))]
            rule copy:
                input: "contracts/{name}.sol"
                output: "\(output)/{name}.1"
                shell: "cp {input} {output}"
            """
        )
        return ["--snakefile", "\(name).smk", "--cores", "\(width)", "--quiet", "all"]
    }
}
