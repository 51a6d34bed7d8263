import Formats
import Images

/// What is known of a tar file: its members, what was found in those that are inputs, and the texts of targets.
struct TarIndex: Equatable {
  /// How far an input was looked at.
  enum Depth: UInt8, Comparable {
    /// Its place and size alone.
    case place
    /// Its header: the shape of an array.
    case header
    /// All of it.
    case whole

    static func < (a: Depth, b: Depth) -> Bool { a.rawValue < b.rawValue }
  }

  /// Why a member cannot be used. Messages begin with the member's name, which is left out here.
  struct Fault: Equatable {
    var message: String
    var advice: String?
    /// How far one must look to find it.
    var depth: Depth
  }

  /// What was found in an input.
  struct Finding: Equatable {
    /// The shape of an array, or height and width of an image; empty if it is not known.
    var shape: [Int] = []
    var fault: Fault?
  }

  /// The text of a target, or its numbers if it is an array of several, or why there is none.
  enum Target: Equatable {
    case text(String)
    case numbers([Float], shape: [Int])
    case fault(String)
  }

  /// How inputs with an ending were looked at.
  struct Inspection: Equatable {
    var depth: Depth
    /// The most pixels that an image could claim.
    var pixelLimit: Int
  }

  /// The tar file's size and time.
  var stamp: FileStamp
  /// Its files.
  var members: [TarDirectory.Member]
  /// Its other members.
  var others: [TarDirectory.Other]
  /// How it ends.
  var end: TarDirectory.End
  /// The inputs that were looked at, by their endings.
  var inspections: [String: Inspection] = [:]
  /// What was found in inputs, by the members' places in the list.
  var findings: [Int: Finding] = [:]
  /// The targets that were read, by how the recipe names them, and by the members' places.
  var targets: [String: [Int: Target]] = [:]

  /// Whether it holds all that is needed.
  func satisfies(_ needs: TarNeeds) -> Bool {
    (needs.target.map { targets[$0.text] != nil } ?? true) && needs.inputs.allSatisfy { isInspected($0, for: needs) }
  }

  /// Whether inputs with an ending were looked at as far as needed.
  func isInspected(_ ending: String, for needs: TarNeeds) -> Bool {
    let depth = needs.depth(of: ending)
    guard depth > .place else { return true }
    guard let done = inspections[ending], done.depth >= depth else { return false }
    return depth < .whole || !InputKind.isImage(ending) || done.pixelLimit == needs.pixelLimit
  }
}

/// What a recipe needs to know of its tar files.
struct TarNeeds: Equatable, Sendable {
  /// The endings of inputs.
  var inputs: [String] = []
  /// The target; nil for none.
  var target: TarTarget?
  /// Whether inputs are read whole, to find those that are damaged.
  var checks = true
  /// The most pixels that an image may claim.
  var pixelLimit = ImageDecoder.defaultPixelLimit

  /// How far inputs with an ending are looked at. The shape of an array must be known in any case.
  func depth(of ending: String) -> TarIndex.Depth { checks ? .whole : InputKind.isArray(ending) ? .header : .place }
}

/// What an input is, by its ending.
enum InputKind {
  /// The endings of images, in the order in which a sample is searched for them.
  static let images = ImageSamples.endings

  /// Whether it is an image.
  static func isImage(_ ending: String) -> Bool { images.contains(last(ending)) }
  /// Whether it is an array.
  static func isArray(_ ending: String) -> Bool { last(ending) == "npy" }

  private static func last(_ ending: String) -> String { String(ending.split(separator: ".").last ?? "") }
}
