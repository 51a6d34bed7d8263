// swift-tools-version: 6.0
import PackageDescription

// DPTRAIN_NO_MPI=1 builds the one-rank stand-in even if MPI is installed.
// DPTRAIN_NO_HDF5=1 builds without HDF5, whose files then cannot be read.
// DPTRAIN_MPI_PC names another MPI's pkg-config file, for example mpich, which must then exist.
let withoutMPI = Context.environment["DPTRAIN_NO_MPI"].map { !$0.isEmpty && $0 != "0" } ?? false
let withoutHDF5 = Context.environment["DPTRAIN_NO_HDF5"].map { !$0.isEmpty && $0 != "0" } ?? false
let namedMPI = Context.environment["DPTRAIN_MPI_PC"].flatMap { $0.isEmpty ? nil : $0 }

var targets: [Target] = []

// MARK: System libraries

if !withoutMPI {
  targets.append(
    .systemLibrary(
      name: "CMPI", pkgConfig: namedMPI ?? "mpi",
      providers: [.apt(["libopenmpi-dev"]), .yum(["openmpi-devel"]), .brew(["open-mpi"])]))
}
if !withoutHDF5 {
  targets.append(
    .systemLibrary(
      name: "CHDF5", pkgConfig: "hdf5",
      providers: [.apt(["libhdf5-dev"]), .yum(["hdf5-devel"]), .brew(["hdf5"])]))
}
targets += [
  .systemLibrary(
    name: "CZip", pkgConfig: "libzip",
    providers: [.apt(["libzip-dev"]), .yum(["libzip-devel"]), .brew(["libzip"])]),
  .systemLibrary(
    name: "CZlib", pkgConfig: "zlib",
    providers: [.apt(["zlib1g-dev"]), .yum(["zlib-devel"]), .brew(["zlib"])]),
  .systemLibrary(
    name: "CCrypto", pkgConfig: "libcrypto",
    providers: [.apt(["libssl-dev"]), .yum(["openssl-devel"]), .brew(["openssl"])]),
  .systemLibrary(
    name: "CTurboJPEG", pkgConfig: "libturbojpeg",
    providers: [.apt(["libturbojpeg0-dev"]), .yum(["turbojpeg-devel"]), .brew(["jpeg-turbo"])]),
  .systemLibrary(
    name: "CPNG", pkgConfig: "libpng",
    providers: [.apt(["libpng-dev"]), .yum(["libpng-devel"]), .brew(["libpng"])]),
  .systemLibrary(
    name: "CWebP", pkgConfig: "libwebp",
    providers: [.apt(["libwebp-dev"]), .yum(["libwebp-devel"]), .brew(["webp"])]),
  .systemLibrary(
    name: "CTIFF", pkgConfig: "libtiff-4",
    providers: [.apt(["libtiff-dev"]), .yum(["libtiff-devel"]), .brew(["libtiff"])]),
]

// MARK: Modules, each after those that it may import

targets += [
  .target(name: "Diagnostics"),
  .target(name: "CKernels"),
  // Inline functions alone; no library.
  .systemLibrary(name: "CAtomics"),
  .target(
    name: "CMPIShim", dependencies: withoutMPI ? [] : ["CMPI"],
    cSettings: withoutMPI ? [.define("DPT_NO_MPI")] : namedMPI == nil ? [] : [.define("DPT_NAMED_MPI")]),
  .target(name: "Tensors", dependencies: ["CKernels", "Diagnostics"]),
  .target(name: "Collectives", dependencies: ["CMPIShim", "CKernels", "Diagnostics"]),
  .target(
    name: "Formats", dependencies: ["CZip", "CZlib", "CCrypto", "Diagnostics"] + (withoutHDF5 ? [] : ["CHDF5"])),
  .target(
    name: "Images",
    dependencies: ["CTurboJPEG", "CPNG", "CWebP", "CTIFF", "CKernels", "Tensors", "Formats", "Diagnostics"]),
  .target(name: "Layers", dependencies: ["Collectives", "Tensors", "CKernels", "Diagnostics"]),
  .target(name: "Optimizers", dependencies: ["Tensors", "CKernels", "Diagnostics"]),
  .target(name: "Datasets", dependencies: ["Images", "Tensors", "Formats", "CAtomics", "Diagnostics"]),
  .target(
    name: "Training",
    dependencies: ["Collectives", "Tensors", "CKernels", "Layers", "Optimizers", "Datasets", "Formats", "Diagnostics"]),
  .target(
    name: "ProtocolBuffers", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
    exclude: ["onnx.proto", "tensorboard.proto", "generate"]),
  .target(
    name: "Recording",
    dependencies: [
      "Training", "Datasets", "Collectives", "Layers", "Tensors", "Formats", "Images", "ProtocolBuffers", "Diagnostics",
      .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    ]),
  .target(
    name: "Recipes",
    dependencies: [
      "Layers", "Optimizers", "Datasets", "Images", "Training", "Collectives", "Tensors", "Formats", "Diagnostics",
      .product(name: "Yams", package: "Yams"),
    ]),
  .target(
    name: "Reporting",
    dependencies: [
      "Recording", "Recipes", "Training", "Datasets", "Images", "Layers", "Collectives", "Tensors", "Formats",
      "Diagnostics", .product(name: "Mustache", package: "swift-mustache"),
    ],
    resources: [.embedInCode("Resources")]),
  .target(
    name: "Exporting",
    dependencies: [
      "Recipes", "Training", "Datasets", "Layers", "Tensors", "Formats", "ProtocolBuffers", "Diagnostics",
      .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    ]),
  .target(
    name: "Importing",
    dependencies: [
      "Recipes", "Tensors", "Formats", "ProtocolBuffers", "Diagnostics",
      .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    ]),
  .target(name: "Planning", dependencies: ["Collectives", "Optimizers"]),
]

// MARK: Targets of the products

// The modules that `import DPTrain` exports. Targets that import it must depend on these too: SwiftPM only rebuilds for direct
// dependencies, and would keep code that was compiled for a class of another size.
let shown: [Target.Dependency] = [
  "Collectives", "Tensors", "Layers", "Optimizers", "Images", "Datasets", "Training", "Recipes", "Exporting",
  "Diagnostics",
]

targets += [
  .target(name: "DPTrain", dependencies: shown + ["Recording", "Reporting", "Formats"]),
  .executableTarget(
    name: "dp-train",
    dependencies: shown + [
      "DPTrain", "Importing", "Planning", "Formats", "Recording", "Reporting",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ]),
]

// MARK: Examples, run by EndToEndTests

for (name, excluded) in [("custom-layer", ["leak.yaml"]), ("custom-dataset", ["rings.yaml"]), ("custom-loop", [])] {
  targets.append(
    .executableTarget(name: name, dependencies: shown + ["DPTrain"], path: "Examples/\(name)", exclude: excluded))
}

// MARK: Tests

targets += [
  .target(
    name: "TestSupport",
    dependencies: ["Layers", "Collectives", "Tensors", "Formats", "CKernels", "CZlib"] + (withoutHDF5 ? [] : ["CHDF5"]),
    path: "Tests/Support/TestSupport"),
  // Run by CollectivesTests under mpirun.
  .executableTarget(
    name: "collectives-check", dependencies: ["Collectives", "CMPIShim"], path: "Tests/Support/collectives-check"),
  .target(name: "CAllocationCounter", path: "Tests/Support/CAllocationCounter"),
  .testTarget(name: "DiagnosticsTests", dependencies: ["Diagnostics"]),
  .testTarget(name: "KernelsTests", dependencies: ["CKernels", "Collectives", "TestSupport"]),
  .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
  .testTarget(name: "CollectivesTests", dependencies: ["Collectives", "CMPIShim", "Diagnostics", "collectives-check"]),
  .testTarget(name: "FormatsTests", dependencies: ["Formats", "Diagnostics", "TestSupport"], exclude: ["Fixtures"]),
  .testTarget(name: "ImagesTests", dependencies: ["Images", "Tensors", "Formats", "Diagnostics", "TestSupport"]),
  .testTarget(
    name: "LayersTests", dependencies: ["Layers", "Collectives", "Tensors", "Formats", "Diagnostics", "TestSupport"]),
  .testTarget(
    name: "OptimizersTests",
    dependencies: ["Optimizers", "Tensors", "Formats", "CAllocationCounter", "TestSupport"]),
  .testTarget(
    name: "DatasetsTests",
    dependencies: ["Datasets", "Images", "Tensors", "Formats", "Diagnostics", "CAllocationCounter", "TestSupport"]),
  .testTarget(
    name: "TrainingTests",
    dependencies: [
      "Training", "Recipes", "Collectives", "Layers", "Optimizers", "Datasets", "Tensors", "Formats", "Diagnostics",
      "CAllocationCounter", "TestSupport",
    ]),
  .testTarget(
    name: "RecordingTests",
    dependencies: [
      "Recording", "Recipes", "Training", "Collectives", "Images", "Layers", "Datasets", "ProtocolBuffers", "Formats",
      "Diagnostics", "TestSupport",
    ]),
  .testTarget(
    name: "RecipesTests",
    dependencies: [
      "Recipes", "Layers", "Optimizers", "Datasets", "Images", "Tensors", "Formats", "Diagnostics", "TestSupport",
    ]),
  .testTarget(
    name: "ReportingTests",
    dependencies: [
      "Reporting", "Recording", "Recipes", "Training", "Collectives", "Images", "Tensors", "Formats", "Diagnostics",
      "TestSupport",
    ]),
  .testTarget(
    name: "ExportingTests",
    dependencies: [
      "Exporting", "Importing", "Recipes", "Training", "Datasets", "Collectives", "Layers", "Optimizers", "Tensors",
      "Formats", "Diagnostics", "TestSupport",
    ]),
  .testTarget(
    name: "ImportingTests",
    dependencies: [
      "Importing", "Exporting", "Recipes", "Training", "Datasets", "Collectives", "Layers", "Tensors",
      "ProtocolBuffers", "Formats", "Diagnostics", "TestSupport",
      .product(name: "SwiftProtobuf", package: "swift-protobuf"),
    ]),
  .testTarget(name: "PlanningTests", dependencies: ["Planning", "Collectives"]),
  // Runs the program to list its options.
  .testTarget(name: "DocumentationTests"),
  .testTarget(
    name: "EndToEndTests",
    dependencies: shown + [
      "DPTrain", "Formats", "TestSupport", "CKernels", "custom-layer", "custom-dataset",
      "custom-loop",
    ]),
]

let package = Package(
  name: "dp-train",
  products: [
    .executable(name: "dp-train", targets: ["dp-train"]),
    .library(
      name: "DPTrain",
      targets: [
        "DPTrain", "Collectives", "Tensors", "Layers", "Optimizers", "Images", "Datasets", "Training", "Recipes",
        "Exporting", "Diagnostics",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: targets,
  swiftLanguageModes: [.v6]
)
