// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that neither the product nor its tests build it.
let package = Package(
    name: "rif-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "rif", path: ".."), .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .executableTarget(
            name: "rif-bench",
            dependencies: [
                .product(name: "RIFOrchestrator", package: "rif"), .product(name: "DuckDB", package: "rif"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
