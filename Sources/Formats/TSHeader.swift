import Diagnostics

/// The tags at the beginning of a `.ts` file that say how to read it.
public struct TSHeader: Equatable, Sendable {
  /// The last field of each sample.
  public enum Label: Equatable, Sendable {
    /// A class, one of these names; empty if the file does not list them.
    case classes([String])
    /// A number.
    case number
    /// A channel: there is no class and no number.
    case channel
  }

  /// What the last field of each sample is; nil if no tag says it.
  public private(set) var label: Label?
  /// The number of channels of each sample; nil if no tag says it.
  public private(set) var channels: Int?
  /// Whether all samples have the same number of steps.
  public private(set) var hasEqualSteps = false
  private var seriesLength: Int?
  private let path: String

  /// The number of steps of each sample, if they are equal and a tag says it; else nil.
  public var steps: Int? { hasEqualSteps ? seriesLength : nil }

  /// A header without tags; `path` is the file's name in messages.
  init(path: String) { self.path = path }

  /// Takes a line such as `@univariate true`. Tags are read in any case; unknown ones are left out.
  /// - Throws: `Failure` (data) naming the line, if a tag has an impossible value.
  mutating func take(_ text: String, line: Int) throws {
    let words = text.split { $0.isWhitespace }.map(String.init)
    let values = Array(words.dropFirst())
    func fault(_ advice: String) -> Failure {
      Failure(
        .data,
        "\(path):\(line): \(words[0]) is \(values.isEmpty ? "empty" : "\"\(shortened(values.joined(separator: " ")))\"")",
        advice: advice)
    }
    func flag(_ advice: String = "it is true or false") throws -> Bool {
      switch values.first?.lowercased() {
      case "true": return true
      case "false": return false
      default: throw fault(advice)
      }
    }
    func count() throws -> Int {
      guard let count = values.first.flatMap({ Int($0) }), count > 0 else { throw fault("it is a number from 1 on") }
      return count
    }
    switch words[0].lowercased() {
    case "@timestamps":
      guard try flag() else { return }
      throw Failure(
        .data, "\(path):\(line): the samples have time stamps, which are not read",
        advice: "write the values alone, separated by commas, and @timeStamps false")
    case "@univariate": if try flag() { channels = channels ?? 1 }
    case "@dimensions", "@dimension": channels = try count()
    case "@equallength": hasEqualSteps = try flag()
    // Files whose samples differ have any number here.
    case "@serieslength": seriesLength = values.first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    case "@classlabel":
      guard try flag("it is true and the names of the classes, or false") else {
        label = label ?? .channel
        return
      }
      let names = Array(values.dropFirst())
      for (index, name) in names.enumerated() where names[..<index].contains(name) {
        throw Failure(.data, "\(path):\(line): @classLabel names the class \(name) twice", advice: "name it once")
      }
      label = .classes(names)
    case "@targetlabel": label = try flag() ? .number : label ?? .channel
    default: return
    }
  }
}
