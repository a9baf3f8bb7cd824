// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// A package of its own, so that nobody who depends on Cajal fetches what only benchmarks need.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "cajal-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "cajal", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    // Without traits: counting allocations needs a library that the machine may lack.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .target(
      name: "Workloads", dependencies: [.product(name: "Cajal", package: "cajal")],
      swiftSettings: strict),
    .executableTarget(
      name: "cajal-measure",
      dependencies: [
        "Workloads", .product(name: "Cajal", package: "cajal"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "CajalBenchmarks",
      dependencies: [
        "Workloads", .product(name: "Cajal", package: "cajal"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/CajalBenchmarks", swiftSettings: strict,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
)
