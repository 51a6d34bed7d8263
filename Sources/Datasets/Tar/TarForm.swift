import Diagnostics
import Formats
import Images
import Tensors

/// What the samples of tar files are made of.
public struct TarForm: Sendable {
  /// What targets are.
  public enum Targets: Sendable {
    /// Classes with these names; nil for those that occur. `ignored` is an index that is no class. `example` says that samples
    /// trained on have the names, not the recipe, so that no index can stand for a name; nil if it can.
    case classes(names: [String]?, ignored: Int?, example: String? = nil)
    /// Numbers, of one shape for each sample; if nil, that of the first sample.
    case values(shape: Shape?)
  }

  /// The endings of inputs, in the order in which a sample is searched for them.
  public let inputs: [String]
  /// The member that holds the target.
  public let target: TarTarget
  /// What targets are.
  public var targets: Targets
  /// Whether inputs are read whole, once, to leave out those that are damaged.
  public let checks: Bool
  /// The most pixels that an image may claim.
  public let pixelLimit: Int

  /// The form of samples with these members.
  /// - Parameters:
  ///   - inputs: endings such as `jpg` or `left.npy`; empty for those of the first sample in `files`.
  ///   - files: the tar files of the training samples.
  /// - Throws: `Failure` (configuration) if an ending is neither an image's nor an array's, (noInput, data, inputOutput) if the
  ///   first tar file cannot be read or its first sample has no input.
  public init(
    inputs: [String], target: TarTarget, targets: Targets, files: FilePattern, checks: Bool = true,
    pixelLimit: Int = ImageDecoder.defaultPixelLimit
  ) throws {
    self.inputs = try inputs.isEmpty ? TarForm.usualInputs(of: files) : TarForm.checked(inputs)
    self.target = target
    self.targets = targets
    self.checks = checks
    self.pixelLimit = pixelLimit
  }

  /// Whether inputs are arrays; otherwise they are images.
  public var areArrays: Bool { inputs.contains(where: InputKind.isArray) }

  var needs: TarNeeds {
    TarNeeds(inputs: inputs, target: target, checks: checks, pixelLimit: pixelLimit)
  }

  private static func checked(_ inputs: [String]) throws -> [String] {
    let endings = inputs.map { $0.drop { $0 == "." }.lowercased() }
    let arrays = endings.count(where: InputKind.isArray)
    if let other = endings.first(where: { !InputKind.isImage($0) && !InputKind.isArray($0) }) {
      throw Failure(
        .configuration, "data.input is \(other), which is neither an image nor an array",
        advice: "inputs end in \(InputKind.images.joined(separator: ", ")) or npy")
    }
    guard arrays == 0 || arrays == endings.count else {
      throw Failure(
        .configuration, "data.input names both images and arrays", advice: "all samples must have inputs of one kind")
    }
    return endings
  }

  /// The endings of images, or `npy`, whichever the first sample has.
  private static func usualInputs(of files: FilePattern) throws -> [String] {
    var fault: String?
    for path in files.paths {
      let (members, end) = try TarIndexing.contents(of: path)
      fault = fault ?? end.fault(of: path)
      guard let first = members.lazy.compactMap({ MemberName($0.name) }).first else { continue }
      let endings = members.lazy.compactMap { MemberName($0.name) }.filter { $0.key == first.key }.map(\.ending)
      if endings.contains(where: InputKind.images.contains) { return InputKind.images }
      if endings.contains("npy") { return ["npy"] }
      throw Failure(
        .data,
        "\(path): the first sample, \(first.key), has no image and no array, but \(endings.joined(separator: ", "))",
        advice: "name the ending of inputs, such as data.input=left.jpg"
      ).adding(fault)
    }
    throw Failure(
      .data, "\(files.text): there are no samples", advice: "members are named KEY.jpg, KEY.cls and so on"
    ).adding(fault)
  }
}
