import Model

extension ReportV1 {
    package struct Contract: Codable, Hashable, Sendable {
        package struct Source: Codable, Hashable, Sendable {
            package var path: String
            package var digest: String
            package var origin: String
        }

        package struct Compiler: Codable, Hashable, Sendable {
            package var name: String
            package var version: String
        }

        package struct Artifact: Codable, Hashable, Sendable {
            package var abiDigest: String
            package var initCodeDigest: String
            package var runtimeCodeDigest: String
            package var initCodeBytes: Int
            package var runtimeCodeBytes: Int
        }

        package var name: String
        package var source: Source
        package var compiler: Compiler
        package var artifact: Artifact
    }
}

extension ReportV1.Contract {
    init(_ fact: ContractFact) {
        name = fact.name
        source = Source(path: fact.path, digest: fact.sourceDigest.description, origin: fact.origin.rawValue)
        compiler = Compiler(name: fact.compilerName, version: fact.compilerVersion)
        artifact = Artifact(
            abiDigest: fact.abiDigest.description,
            initCodeDigest: fact.initCodeDigest.description,
            runtimeCodeDigest: fact.runtimeCodeDigest.description,
            initCodeBytes: fact.initCodeBytes,
            runtimeCodeBytes: fact.runtimeCodeBytes
        )
    }
}
