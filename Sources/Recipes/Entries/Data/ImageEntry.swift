import Datasets
import Diagnostics
import Images
import Tensors

/// A data source of image files.
public protocol ImageEntry: GroupableEntry, PixelEntry {
  /// Whether each epoch shuffles the images.
  var shuffle: Bool { get set }
  /// The most memory, in MiB, that each part of the data keeps images in on each machine.
  var cache: Int { get set }
  /// The threads that read and transform images beside the training; nil to use idle processors.
  var threads: Int? { get set }
  /// What to do if a file cannot be read as an image.
  var damaged: ImageFolderEntry.DamagePolicy { get set }
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
    ] + pixelKeys
  }

  /// Takes notice of files that cannot be used.
  /// - Throws: the first failure if one shall end the job.
  func leaveOut(_ damage: [Failure], _ notices: inout [String]) throws {
    if damaged == .fail, let first = damage.first { throw first }
    notices += damage.map { "\($0.message); left out" }
  }

  /// Checks the shares of samples, and the bits of a channel.
  public func check(_ section: RecipeSection) throws {
    try checkSplit(section)
    try checkDepth(section)
  }

  /// Makes the reader of new inputs.
  public func makeReader(for recipe: Recipe, facts: DataFacts) throws -> any InputReader {
    try makeImageReader(shape: facts.inputShape)
  }
}
