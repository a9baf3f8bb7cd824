// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// A package of its own: it is built with sanitizers and without a main function, by dev/fuzz.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "cajal-fuzz",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "cajal", path: "..")],
  targets: [
    .executableTarget(
      name: "cajal-fuzz", dependencies: [.product(name: "Cajal", package: "cajal")],
      swiftSettings: strict)
  ]
)
