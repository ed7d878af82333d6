// swift-tools-version: 6.2
import PackageDescription

// Each flag with the proposal that explains it. A misspelt name is ignored without a warning,
// so Tests/RIFModelTests/LanguageFeatureTests.swift checks that each of them is really on.
let languageFeatures: [SwiftSetting] = [
    "ExistentialAny",  // SE-0335
    "MemberImportVisibility",  // SE-0444
    "InternalImportsByDefault",  // SE-0409
    "NonisolatedNonsendingByDefault",  // SE-0461
    "InferIsolatedConformances",  // SE-0470
].map { .enableUpcomingFeature($0) }

// A warning is an error (SE-0480), in our own targets only: SwiftPM leaves dependencies alone, and leaves us alone where
// we are one. Said here and not by `-Xswiftc -warnings-as-errors`, since every command must use the same flags to share
// one debug build; and not found in the build's log, since an incremental build does not repeat its warnings.
// A compiler that we have not tried may know new warnings, and must still build the project: there they stay warnings.
#if compiler(>=6.3) && compiler(<6.4)
let warnings: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let warningsInC: [CSetting] = [.treatAllWarnings(as: .error)]
#else
let warnings: [SwiftSetting] = []
let warningsInC: [CSetting] = []
#endif

let features = languageFeatures + warnings

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

// The rooms and what each may import: Documentation/Map.md, checked by Scripts/check-imports.
let package = Package(
    name: "rif",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "RIFOrchestrator", targets: ["RIFOrchestrator"]),
        .library(name: "DuckDB", targets: ["DuckDB"]),
        .executable(name: "rif", targets: ["rif"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .target(name: "RIFModel", swiftSettings: features),
        .target(name: "RIFStore", dependencies: ["RIFModel"], swiftSettings: features),
        .target(name: "RIFEngine", dependencies: ["RIFModel", "RIFStore", log], swiftSettings: features),
        .target(name: "CDuckDB", cSettings: warningsInC),
        .target(name: "DuckDB", dependencies: ["CDuckDB"], swiftSettings: features),
        .target(
            name: "RIFStoreDuckDB", dependencies: ["RIFModel", "RIFStore", "DuckDB", log], swiftSettings: features),
        .target(name: "RIFWorkflow", dependencies: ["RIFModel", yaml], swiftSettings: features),
        .target(name: "RIFMonitor", dependencies: ["RIFModel", "RIFStore", log], swiftSettings: features),
        .target(name: "CProcess", cSettings: warningsInC),
        .target(name: "RIFAgents", dependencies: ["RIFModel", "CProcess", log], swiftSettings: features),
        .target(
            name: "RIFOrchestrator",
            dependencies: ["RIFModel", "RIFStore", "RIFEngine", "RIFStoreDuckDB", "RIFMonitor", "RIFAgents", log],
            swiftSettings: features),
        .target(
            name: "RIFHTTP",
            dependencies: [
                "RIFModel", "RIFStore", "RIFMonitor", "RIFOrchestrator", "RIFAgents", "RIFWorkflow", log,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "_NIOFileSystem", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            // Part of the program as a generated file: Scripts/assets.
            exclude: ["Page/Assets"],
            swiftSettings: features),
        .executableTarget(
            name: "rif",
            dependencies: [
                "RIFOrchestrator", "RIFWorkflow", "RIFHTTP", "RIFAgents", arguments, log, yaml,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: features),
        .target(name: "RIFTesting", dependencies: ["RIFModel", "RIFStore"], swiftSettings: features),

        .target(name: "KillNotes", dependencies: ["RIFModel"], path: "Tests/KillNotes", swiftSettings: features),
        .executableTarget(
            name: "KillWriter", dependencies: ["KillNotes", "RIFOrchestrator", "RIFStoreDuckDB", "DuckDB", log],
            path: "Tests/KillWriter",
            swiftSettings: features),
        .testTarget(
            name: "KillTests",
            dependencies: ["KillNotes", "KillWriter", "RIFOrchestrator", "RIFStoreDuckDB", "DuckDB", log],
            swiftSettings: features),
        .executableTarget(
            name: "ShimHost", dependencies: ["RIFAgents", log], path: "Tests/ShimHost", swiftSettings: features),
        .testTarget(
            name: "RIFAgentsTests", dependencies: ["RIFAgents", "RIFModel", "ShimHost", log], swiftSettings: features),
        .testTarget(name: "RIFModelTests", dependencies: ["RIFModel"], swiftSettings: features),
        .testTarget(name: "RIFWorkflowTests", dependencies: ["RIFModel", "RIFWorkflow"], swiftSettings: features),
        .testTarget(
            name: "StoreConformanceTests", dependencies: ["RIFModel", "RIFStore", "RIFTesting", "RIFStoreDuckDB"],
            swiftSettings: features),
        .testTarget(
            name: "RIFEngineTests", dependencies: ["RIFModel", "RIFStore", "RIFEngine", "RIFTesting", log],
            swiftSettings: features),
        .testTarget(
            name: "RIFOrchestratorTests",
            dependencies: ["RIFOrchestrator", "RIFModel", "RIFMonitor", "RIFStore", "RIFTesting", "RIFStoreDuckDB"],
            swiftSettings: features),
        .testTarget(
            name: "RIFMonitorTests", dependencies: ["RIFModel", "RIFStore", "RIFMonitor"], swiftSettings: features),
        .testTarget(
            name: "RIFStoreDuckDBTests", dependencies: ["RIFOrchestrator", "RIFStoreDuckDB", "DuckDB", log],
            swiftSettings: features),
        .testTarget(
            name: "RIFHTTPTests",
            dependencies: [
                "RIFHTTP", "RIFOrchestrator", "RIFStoreDuckDB", "RIFTesting", log,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ], swiftSettings: features),
        .testTarget(name: "DuckDBTests", dependencies: ["DuckDB", "CDuckDB"], swiftSettings: features),
        .testTarget(
            name: "ProgramTests", dependencies: ["rif", "RIFModel", "RIFMonitor", "RIFEngine"], swiftSettings: features),
    ],
    swiftLanguageModes: [.v6]
)
