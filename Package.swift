// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")

/// A room of the house: its name and the arrows that leave it.
func room(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    resources: [Resource] = []
) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

/// The tests of one room; `Support` holds fakes and fixtures.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies + ["Support"],
        exclude: exclude,
        swiftSettings: strict
    )
}

let package = Package(
    name: "hyperkit",
    platforms: [.macOS(.v26)],
    products: [.executable(name: "hyperkit", targets: ["hyperkit"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/attaswift/BigInt", exact: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    ],
    targets: [
        .systemLibrary(
            name: "CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]
        ),
        .systemLibrary(
            name: "CSecp256k1",
            pkgConfig: "libsecp256k1",
            providers: [.apt(["libsecp256k1-dev"]), .brew(["secp256k1"])]
        ),

        room("EthereumTypes"),
        room("Model", ["EthereumTypes", crypto]),
        room("Manifests", ["Model", "EthereumTypes", "Yams"]),
        room("Survey", ["Model"]),
        room("Planning", ["Model", "EthereumTypes"]),
        room("Engine", ["Model"]),
        room(
            "Processes",
            [
                "Model",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        room("Transport", ["Model", "CCurl"]),
        room("Toolchain", ["Model"], resources: [.embedInCode("Resources")]),
        room("Ethereum", ["EthereumTypes", "CSecp256k1", bigInt, crypto, cryptoExtras]),
        room(
            "Steps",
            [
                "Engine", "Ethereum", "EthereumTypes", "Ledger", "Model",
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: [.embedInCode("Resources")]
        ),
        room("Ledger", ["Model", "EthereumTypes", .product(name: "GRDB", package: "GRDB.swift")]),
        room("Reports", ["Model", "EthereumTypes"]),
        .executableTarget(
            name: "hyperkit",
            dependencies: [
                "Engine", "Ethereum", "EthereumTypes", "Ledger", "Manifests", "Model", "Planning",
                "Processes", "Reports", "Steps", "Survey", "Toolchain", "Transport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),

        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Engine", "Model", "Processes",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks",
            exclude: ["Meter", "README.md", "lanes", "limits", "run", "warm-slither"],
            swiftSettings: strict
        ),
        .executableTarget(name: "BenchmarkMeter", path: "Benchmarks/Meter", swiftSettings: strict),

        .target(
            name: "Support",
            dependencies: ["Model", "Ethereum", "EthereumTypes", bigInt],
            path: "Tests/Support",
            swiftSettings: strict
        ),
        tests("EthereumTypesTests", ["EthereumTypes"]),
        tests("EthereumTests", ["Ethereum", "EthereumTypes", bigInt], exclude: ["Vectors"]),
        tests("ModelTests", ["Model", "EthereumTypes"]),
        tests("ManifestsTests", ["Manifests", "Model", "EthereumTypes"]),
        tests("SurveyTests", ["Survey", "Model"]),
        tests("PlanningTests", ["Planning", "Model", "EthereumTypes"]),
        tests("EngineTests", ["Engine", "Model"]),
        tests("ProcessesTests", ["Processes", "Model"]),
        tests("TransportTests", ["Transport", "Model"]),
        tests("ToolchainTests", ["Toolchain", "Model"]),
        tests(
            "StepsTests",
            [
                "Steps", "Engine", "Ethereum", "EthereumTypes", "Ledger", "Model", "Processes", "Toolchain",
                "Transport", "hyperkit",
            ],
            exclude: ["GenerateGolden"]
        ),
        tests(
            "LedgerTests",
            ["Ledger", "Model", "EthereumTypes", .product(name: "GRDB", package: "GRDB.swift")]
        ),
        tests("ReportsTests", ["Reports", "Model", "EthereumTypes"], exclude: ["Golden"]),
        tests(
            "hyperkitTests",
            [
                "hyperkit", "Engine", "Model", "Steps", "Toolchain",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        tests(
            "PipelineTests",
            ["hyperkit", "Ethereum", "EthereumTypes", "Model", "Toolchain", "Transport", bigInt]),
        tests("HouseTests", []),
    ]
)
