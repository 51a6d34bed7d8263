import Datasets
import Diagnostics
import Foundation
import Tensors

/// Colour images of CIFAR-10 or CIFAR-100, in the sets' binary files.
public struct CIFAREntry: TransformedEntry {
  /// The folder, relative to the working directory.
  public var folder: String
  /// Which labels of CIFAR-100 are the classes.
  public var labels = CIFARFolder.Labels.fine
  /// The transforms of each training image.
  public var transforms: [any PipelineEntry] = []
  /// The transforms of all other images; nil for those of `transforms` that are not random.
  public var evaluationTransforms: [any PipelineEntry]?
  /// Whether each epoch shuffles the images.
  public var shuffle = true
  /// The threads that transform images beside the training; nil to use idle processors.
  public var threads: Int?
  /// How many training images are set aside for validation, and for testing if there is no file of test images.
  public var split = SplitShares()
  /// Where to get the data, for the message if it is missing.
  public var origin: String? = CIFARFolder.origin

  /// Images of a folder.
  public init(folder: String) { self.folder = folder }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(folder: "") }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "cifar", "colour images of CIFAR-10 or CIFAR-100, 32×32 pixels, from the sets' binary files",
    example: "folder: cifar-10-batches-bin, validationShare: 0.1, transforms: [random-crop: {size: 32, padding: 4}]",
    keys: [
      RecipeKey(
        "folder", \.folder, .text, required: true,
        "the folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin, or with train.bin and test.bin"),
      RecipeKey(
        "labels", \.labels, .choice, "the classes of CIFAR-100: its 100 classes (fine) or 20 groups of them (coarse)"),
      RecipeKey(
        "transforms", \.transforms, .list(.transform, least: 0), "transforms of each training image, in this order"),
      RecipeKey(
        "evaluationTransforms", \.evaluationTransforms, .optional(.list(.transform, least: 0)),
        "transforms of all other images, or none for those of transforms that are not random"),
      .shuffle(\.shuffle),
      .threads(\.threads),
    ] + splitKeys + [.origin(\.origin)])

  /// Reads the training, validation and test images.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    let files = try openFolder()
    let names = try files.classNames(labels)
    if let missing = files.training.first(where: { !FileManager.default.fileExists(atPath: $0) }) {
      throw missingFile(missing, of: files)
    }
    if files.test == nil, split.testShare == 0 { throw missingFile("\(folder)/\(files.testName)", of: files) }
    if files.test != nil, split.testShare > 0 {
      throw Failure(
        .configuration, "data.testShare is \(split.testShare.recipeText), but \(folder) has test images already",
        advice: "leave testShare out; data.validationShare sets some training images aside")
    }
    let images = try CIFARImages(files.training, kind: files.kind, labels: labels, classNames: names)
    let test = try files.test.map { try CIFARImages([$0], kind: files.kind, labels: labels, classNames: names) }
    let parts = try SeedSplit(count: images.count, classes: images.labels, shares: split)
    let training = try dataset(images, parts.training, like: nil, recipe)
    func evaluated(_ indices: [Int]) throws -> CIFARDataset? {
      indices.isEmpty ? nil : try dataset(images, indices, like: training.inputShape, recipe)
    }
    return DataSplits(
      training: training, validation: try evaluated(parts.validation),
      test: try test.map { try dataset($0, nil, like: training.inputShape, recipe) }
        ?? evaluated(parts.test),
      measuredTraining: evaluationSettings.elementsEqual(transforms) { $0.isEqual(to: $1) }
        ? nil : try evaluated(parts.training))
  }

  /// Makes the reader of new inputs: image files of any size, whose shorter side becomes 32 pixels before the middle is taken.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    try CIFARImages.reader(
      evaluation: evaluationSettings.makePipeline(key: "data.evaluationTransforms"), shape: facts.inputShape)
  }

  /// The files of images and of names.
  public var files: [(path: String, split: Split?)] {
    guard let found = try? CIFARFolder(folder) else { return [] }
    let training = (found.training + [found.namesFile(labels)].compactMap(\.self)).filter {
      FileManager.default.fileExists(atPath: $0)
    }
    return training.map { (path: $0, split: nil) } + [found.test].compactMap { $0.map { (path: $0, split: .test) } }
  }

  /// Where the classes come from, for messages.
  public var classSource: String? { folder }

  /// The file of the test images.
  public func path(of split: Split) -> String? { split == .test ? (try? CIFARFolder(folder))?.test : nil }

  /// Reads a file of images, or a folder's test images, or its training images if it has no others.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    let kind: CIFARFolder.Kind = facts.classNames.count == 10 ? .ten : .hundred
    var paths = [path]
    if !path.hasSuffix(".bin") {
      let found = try CIFARFolder(path)
      guard found.kind == kind else {
        throw Failure(
          .data, "\(path) holds \(found.kind.rawValue)",
          advice: "the run was trained on \(kind.rawValue), of \(facts.classNames.count) classes")
      }
      paths = found.test.map { [$0] } ?? found.training
    }
    let images = try CIFARImages(
      paths, kind: kind, labels: facts.classNames.count == 20 ? .coarse : .fine, classNames: facts.classNames)
    return (try dataset(images, nil, like: Shape(facts.inputShape), recipe), [])
  }

  private func openFolder() throws -> CIFARFolder {
    do {
      return try CIFARFolder(folder)
    } catch let failure as Failure where !FileManager.default.fileExists(atPath: folder) {
      throw missingData(failure.message, path: folder, key: "data.folder", origin: origin)
    }
  }

  private func missingFile(_ path: String, of files: CIFARFolder) -> Failure {
    let origin = origin.map { ": \($0)" } ?? ""
    return Failure(
      .noInput, "\(path) is missing", advice: "unpack \(files.kind.rawValue)'s archive again, or get it\(origin)")
  }

  private func dataset(
    _ images: CIFARImages, _ indices: [Int]?, like training: Shape?, _ recipe: Recipe
  ) throws -> CIFARDataset {
    do {
      return try CIFARDataset(
        images, indices: indices, like: training, pipeline: pipeline(like: training), seed: recipe.seed,
        purpose: training == nil ? .trainingData : .testData, threads: threads)
    } catch let failure as Failure where failure.exitCode == .data {
      let key = training == nil ? "transforms" : "evaluationTransforms"
      throw Failure(.configuration, "data.\(key): \(failure.message)", advice: failure.advice)
    }
  }
}

extension CIFARFolder.Labels: Choice {}
