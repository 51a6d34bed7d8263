import Datasets
import Diagnostics
import Foundation
import Images
import Tensors

/// Image files in one folder per class: FOLDER/TRAIN/CLASS/*.jpg, likewise for validation and test; or
/// FOLDER/CLASS/*.jpg if the folder has no parts.
public struct ImageFolderEntry: ImageEntry {
  /// What to do if a file cannot be read as an image.
  public enum DamagePolicy: String, CaseIterable, Sendable {
    /// Leave it out, with one notice.
    case skip
    /// End the job with its name.
    case fail
  }

  /// The folder, relative to the working directory.
  public var folder: String
  /// The subfolder of the training images, unless the folder holds the classes itself.
  public var train = "train"
  /// The subfolder of the validation images; nil for none.
  public var validation: String?
  /// The subfolder of the test images; nil for none.
  public var test: String?
  /// How many images are set aside for parts that have no folder. Test images are taken from the validation images if
  /// there are some, else from the training images.
  public var split = SplitShares()
  /// The pattern that finds an image's group in its file's name; nil if images are independent.
  public var splitBy: String?
  /// The transforms of each training image.
  public var transforms: [any PipelineEntry] = []
  /// The transforms of all other images; nil for those of `transforms` that are not random.
  public var evaluationTransforms: [any PipelineEntry]?
  /// Whether each epoch shuffles the images.
  public var shuffle = true
  /// The most memory, in MiB, that each part of the data keeps images in on each machine.
  public var cache = 1024
  /// The threads that read and transform images beside the training; nil to use idle processors.
  public var threads: Int?
  /// What to do if a file cannot be read as an image.
  public var damaged = DamagePolicy.skip
  /// The most pixels of a file, in millions.
  public var megapixels = 64
  /// The channels that images are read with.
  public var colors = PixelFormat.Colors.rgb
  /// The bits of a channel: 8 or 16.
  public var depth = PixelFormat.Depth.eight.rawValue
  /// Where to get the data, for the message if it is missing.
  public var origin: String?

  /// Images of a folder.
  public init(folder: String) { self.folder = folder }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(folder: "") }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "image-folder", "JPEG, PNG, WebP and TIFF files in one folder per class",
    example: "folder: data/photographs, validation: validation, transforms: [resize: {size: [112, 112]}]",
    keys: [
      RecipeKey(
        "folder", \.folder, .text, required: true,
        "the folder with train/CLASS/*.jpg, .jpeg, .png, .webp, .tif or .tiff, or directly with CLASS/*"),
      RecipeKey("train", \.train, .text, "its subfolder of training images"),
      RecipeKey("validation", \.validation, .optional(.text), "its subfolder of validation images, or none"),
      RecipeKey("test", \.test, .optional(.text), "its subfolder of test images, or none"),
    ] + splitKeys + [
      groupKey(
        "a pattern of file names with the group in parentheses and * for any characters, such as (*)_*, for which cat3_left.jpg is of the group cat3"
      )
    ] + imageKeys + [.origin(\.origin)])

  /// Reads or generates the training, validation and test samples.
  public func makeSplits(for recipe: Recipe) throws -> DataSplits {
    var notices: [String] = []
    let whole = try samples(train, classNames: nil, &notices)
    let others = try validation.map { try samples($0, classNames: whole.classNames, &notices) }
    let final = try test.map { try samples($0, classNames: whole.classNames, &notices) }
    let pattern = try splitBy.map { try GroupPattern($0) }
    var splits = try makeParts(
      (whole, others, final), notices: notices,
      cut: { images in
        try SeedSplit(
          count: images.samples.count, classes: images.samples.map { Int32($0.label) },
          groups: try pattern.map { try images.groups(by: $0) }, shares: split)
      },
      groups: { groups, images, part in if let pattern { try groups.add(images, by: pattern, of: part) } },
      choosing: { $0.choosing($1) },
      dataset: { try dataset($0, like: $1, recipe) })
    splits.images = try [whole.file(of: nil), others?.file(of: .validation), final?.file(of: .test)].compactMap(\.self)
    return splits
  }

  /// Where the classes come from, for messages.
  public var classSource: String? { folder }

  /// The file or folder of one part of the data.
  public func path(of split: Split) -> String? {
    switch split {
    case .training: nil
    case .validation: self.split.testShare == 0 ? validation.map { "\(folder)/\($0)" } : nil
    case .test: test.map { "\(folder)/\($0)" }
    }
  }

  /// Reads the samples of another file or folder.
  public func makeSamples(
    at path: String, for recipe: Recipe, facts: DataFacts
  ) throws -> (samples: any Dataset, notices: [String]) {
    var notices: [String] = []
    let all = try ImageSamples(folder: path, split: nil, classNames: facts.classNames, isWhole: false)
    let sound = try withoutDamaged(all, &notices)
    return (try dataset(sound, like: Shape(facts.inputShape), recipe), notices)
  }

  private func samples(_ part: String, classNames: [String]?, _ notices: inout [String]) throws -> ImageSamples {
    let all: ImageSamples
    do {
      all = try ImageSamples(folder: folder, split: isFlat ? nil : part, classNames: classNames)
    } catch let failure as Failure where !FileManager.default.fileExists(atPath: folder) {
      throw missingData(failure.message, path: folder, key: "data.folder", origin: origin)
    }
    return try withoutDamaged(all, &notices)
  }

  /// Whether the folder holds the classes, not parts.
  private var isFlat: Bool {
    validation == nil && test == nil && !FileManager.default.fileExists(atPath: "\(folder)/\(train)")
      && train == ImageFolderEntry(folder: folder).train && ImageSamples.isFolderOfClasses(folder)
  }

  private func withoutDamaged(_ all: ImageSamples, _ notices: inout [String]) throws -> ImageSamples {
    let (sound, damage) = try all.withoutDamaged(pixelLimit: pixelLimit)
    notices += all.passedOver.notices(
      root: all.source,
      reason: "images are files CLASS/*.jpg, .jpeg, .png, .webp, .tif and .tiff; convert files of other kinds")
    try leaveOut(damage, &notices)
    return sound
  }

  private func dataset(
    _ samples: ImageSamples, like training: Shape?, _ recipe: Recipe
  ) throws -> ImageDataset {
    try ImageDataset(
      samples, like: training, pipeline: pipeline(like: training), seed: recipe.seed,
      purpose: training == nil ? .trainingData : .testData, cache: cache, threads: threads, pixelLimit: pixelLimit,
      format: format)
  }
}

extension ImageFolderEntry.DamagePolicy: Choice {}
