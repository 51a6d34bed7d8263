import Datasets
import Diagnostics
import Images
import Tensors

/// A data source of image files.
public protocol ImageEntry: GroupableEntry {
  /// The transforms of each training image.
  var transforms: [any PipelineEntry] { get set }
  /// The transforms of all other images; nil for those of `transforms` that are not random.
  var evaluationTransforms: [any PipelineEntry]? { get set }
  /// Whether each epoch shuffles the images.
  var shuffle: Bool { get set }
  /// The most memory, in MiB, that each part of the data keeps images in on each machine.
  var cache: Int { get set }
  /// The threads that read and transform images beside the training; nil to use idle processors.
  var threads: Int? { get set }
  /// What to do if a file cannot be read as an image.
  var damaged: ImageFolderEntry.DamagePolicy { get set }
  /// The most pixels of a file, in millions.
  var megapixels: Int { get set }
  /// The channels that images are read with.
  var colors: PixelFormat.Colors { get set }
  /// The bits of a channel: 8 or 16.
  var depth: Int { get set }
}

extension ImageEntry {
  /// The keys of images.
  static var imageKeys: [RecipeKey<Self>] {
    [
      RecipeKey(
        "transforms", \Self.transforms, .list(.transform, least: 0),
        "transforms of each training image, in this order; images of one size need none"),
      RecipeKey(
        "evaluationTransforms", \Self.evaluationTransforms, .optional(.list(.transform, least: 0)),
        "transforms of all other images, or none for those of transforms that are not random"),
      .shuffle(\Self.shuffle),
      RecipeKey(
        "cache", \Self.cache, .number(.atLeast(0)),
        "MiB of memory for images, for each part of the data on each machine"),
      .threads(\Self.threads),
      RecipeKey(
        "damaged", \Self.damaged, .choice,
        "if a file is damaged: skip leaves it out with one notice, fail ends the job"),
      RecipeKey(
        "megapixels", \Self.megapixels, .number(.from(1, through: 100_000)),
        "the most pixels of a file, in millions"),
      RecipeKey(
        "colors", \Self.colors, .choice,
        "rgb for three channels, or grey for one; files of the other kind are converted"),
      RecipeKey(
        "depth", \Self.depth, .number(.from(8, through: 16)),
        "the bits of a channel, 8 or 16; 16 keeps those of PNG and TIFF files that have them"),
    ]
  }

  /// The transforms of images that are not trained on.
  var evaluationSettings: [any PipelineEntry] { evaluationTransforms ?? transforms.deterministic }

  /// The most pixels of a file.
  var pixelLimit: Int { megapixels * 1_000_000 }

  /// How images are kept in memory.
  var format: PixelFormat { PixelFormat(colors: colors, depth: .init(rawValue: depth) ?? .eight) }

  /// Checks the bits of a channel.
  func checkDepth(_ section: RecipeSection) throws {
    guard PixelFormat.Depth(rawValue: depth) == nil else { return }
    throw section.conflict(of: ["depth"], "\(section.path(of: "depth")) is \(depth)", advice: "8 or 16")
  }

  /// Takes notice of files that cannot be used.
  /// - Throws: the first failure if one shall end the job.
  func leaveOut(_ damage: [Failure], _ notices: inout [String]) throws {
    if damaged == .fail, let first = damage.first { throw first }
    notices += damage.map { "\($0.message); left out" }
  }

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    try ImageReader(
      pipeline: evaluationSettings.makePipeline(key: "data.evaluationTransforms", colors: colors),
      shape: facts.inputShape, pixelLimit: pixelLimit, format: format)
  }

  /// The normalization at the end of the transforms for evaluation, if any.
  public func inputNormalization() throws -> (mean: [Double], deviation: [Double])? {
    try evaluationSettings.inputNormalization(colors: colors)
  }

  /// Makes the parts of the data. Shares and folds divide what the source has: the training images, or for a share of test
  /// images the validation images if there are some.
  /// - Parameters:
  ///   - given: the parts that the source has.
  ///   - cut: divides images.
  ///   - groups: the groups of the images of a part that is not divided, to compare; adds them to the groups of the others.
  ///   - choosing: some images of a list.
  ///   - dataset: makes the samples of a list with these transforms, by the name of their key.
  func makeParts<Images>(
    _ given: (training: Images, validation: Images?, test: Images?), notices: [String],
    cut: (Images) throws -> SeedSplit, groups add: (inout SplitGroups, Images, Split) throws -> Void,
    choosing: (Images, [Int]) -> Images,
    dataset: (Images, [any PipelineEntry], _ key: String, RandomPurpose) throws -> ImageDataset
  ) throws -> DataSplits {
    var (parts, groups): (_, SplitGroups?) = (given, nil)
    if let others = given.validation, split.testShare > 0 {
      let cut = try cut(others)
      groups = cut.groups?.dividing(.validation)
      (parts.validation, parts.test) = (choosing(others, cut.training), choosing(others, cut.test))
    } else if splitBy != nil || split.validationShare + split.testShare > 0 || split.folds != nil {
      let cut = try cut(given.training)
      groups = cut.groups
      parts.training = choosing(given.training, cut.training)
      if !cut.validation.isEmpty { parts.validation = choosing(given.training, cut.validation) }
      if split.testShare > 0 { parts.test = choosing(given.training, cut.test) }
    }
    if var known = groups {
      let lists: [(Split, Images?)] = [
        (.training, given.training), (.validation, given.validation), (.test, given.test),
      ]
      for (part, images) in lists where !known.divided.contains(part) {
        if let images { try add(&known, images, part) }
      }
      groups = known
    }
    func evaluated(_ images: Images) throws -> ImageDataset {
      try dataset(images, evaluationSettings, "evaluationTransforms", .testData)
    }
    return DataSplits(
      training: try dataset(parts.training, transforms, "transforms", .trainingData),
      validation: try parts.validation.map(evaluated), test: try parts.test.map(evaluated), notices: notices,
      measuredTraining: evaluationSettings.elementsEqual(transforms) { $0.isEqual(to: $1) }
        ? nil : try evaluated(parts.training), groups: groups)
  }
}
