// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A library target of the house: Swift 6, every import declared.
func floor(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one library target.
///
/// Fixtures are read in place, by path.
func tests(
  of name: String, _ dependencies: [Target.Dependency] = [], fixtures: Bool = false
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "CajalTestSupport"] + dependencies,
    exclude: fixtures ? ["Fixtures"] : [], swiftSettings: strict)
}

let package = Package(
  name: "cajal",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "cajal", targets: ["cajal"]),
    .library(
      name: "Cajal",
      targets: [
        "CajalText", "CajalFinding", "CajalTensor", "CajalCheckpoint", "CajalModel", "CajalZoo",
        "CajalMethods", "CajalReport", "CajalWorkbench",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    // Floor 0: bytes
    .target(
      name: "CajalKernels",
      linkerSettings: [
        .linkedLibrary("m", .when(platforms: [.linux])),
        .linkedLibrary("dnnl", .when(platforms: [.linux])),
        .linkedLibrary("gomp", .when(platforms: [.linux])),
        .linkedFramework("Accelerate", .when(platforms: [.macOS])),
      ]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CPCRE2", pkgConfig: "libpcre2-8",
      providers: [.apt(["libpcre2-dev"]), .brew(["pcre2"])]),
    floor("CajalText", ["CPCRE2"]),
    floor("CajalFinding"),

    // Floors 1 to 4: the engine
    floor("CajalTensor", ["CajalKernels"]),
    floor(
      "CajalCheckpoint",
      ["CajalTensor", "CZlib", .product(name: "Crypto", package: "swift-crypto")]),
    floor("CajalModel", ["CajalCheckpoint", "CajalTensor"]),
    floor("CajalZoo", ["CajalModel", "CajalCheckpoint", "CajalTensor"]),

    // Floors 5 to 9: people
    floor("CajalMethods", ["CajalModel", "CajalTensor", "CajalFinding"]),
    floor("CajalReport", ["CajalFinding"]),
    floor(
      "CajalWorkbench",
      [
        "CajalMethods", "CajalReport", "CajalZoo", "CajalModel", "CajalCheckpoint", "CajalTensor",
        "CajalFinding", "CajalText", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    floor(
      "CajalCommands",
      [
        "CajalWorkbench", "CajalMethods", "CajalReport", "CajalZoo", "CajalModel",
        "CajalCheckpoint", "CajalTensor", "CajalFinding", "CajalText",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "cajal", dependencies: ["CajalCommands"], swiftSettings: strict),

    // Tests
    .target(
      name: "CajalTestSupport", dependencies: ["CajalTensor", "CajalCheckpoint", "CajalModel"],
      path: "Tests/CajalTestSupport", swiftSettings: strict),
    tests(of: "CajalTensor", ["CajalKernels"]),
    tests(of: "CajalCheckpoint", ["CajalTensor"], fixtures: true),
    tests(of: "CajalText", fixtures: true),
    tests(of: "CajalFinding"),
    tests(of: "CajalReport", ["CajalFinding"]),
    tests(of: "CajalModel", ["CajalCheckpoint", "CajalTensor"]),
    tests(of: "CajalZoo", ["CajalModel", "CajalCheckpoint", "CajalTensor"], fixtures: true),
    tests(
      of: "CajalMethods",
      ["CajalZoo", "CajalModel", "CajalCheckpoint", "CajalTensor", "CajalFinding"]),
    tests(
      of: "CajalWorkbench",
      [
        "CajalMethods", "CajalReport", "CajalZoo", "CajalModel", "CajalCheckpoint", "CajalTensor",
        "CajalFinding", "CajalText",
      ]),
    tests(of: "CajalCommands", ["CajalWorkbench", "CajalCheckpoint", "CajalTensor"]),
  ]
)
