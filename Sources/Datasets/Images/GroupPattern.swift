import Diagnostics

/// A pattern that finds the group of a file in its name: `*` stands for any characters, as few as possible, and the group is in
/// parentheses. `(*)_*` finds `cat3` in `cat3_left.jpg`.
public struct GroupPattern: Sendable {
  /// The pattern as it was written.
  public let text: String
  /// What comes before the group, the group, and what comes after it.
  private let before, group, after: [Character]

  /// Takes a pattern.
  /// - Throws: `Failure` (configuration) if it does not have one pair of parentheses.
  public init(_ text: String) throws {
    let parts = text.split(separator: "(", omittingEmptySubsequences: false)
    let ends = parts.last?.split(separator: ")", omittingEmptySubsequences: false) ?? []
    guard parts.count == 2, ends.count == 2, !parts[0].contains(")") else {
      throw Failure(
        .configuration, "data.splitBy is \"\(text)\", which does not say what the group is",
        advice: "put the part of the file names that is the group in parentheses, and * for any characters: (*)_*")
    }
    self.text = text
    (before, group, after) = (Array(parts[0]), Array(ends[0]), Array(ends[1]))
  }

  /// The group in a file's name; nil if the name does not fit.
  public func group(of name: String) -> String? {
    let name = Array(name)
    for start in 0...name.count where GroupPattern.fits(name[..<start], before[...]) {
      for end in start...name.count {
        if GroupPattern.fits(name[start..<end], group[...]), GroupPattern.fits(name[end...], after[...]) {
          return String(name[start..<end])
        }
      }
    }
    return nil
  }

  private static func fits(_ name: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    let rest = pattern.dropFirst()
    if first == "*" { return (name.startIndex...name.endIndex).contains { fits(name[$0...], rest) } }
    return name.first == first && fits(name.dropFirst(), rest)
  }
}

extension ImageSamples {
  /// The group of each image, by the name of its file without folders.
  /// - Throws: `Failure` (data) naming a file whose name does not fit.
  public func groups(by pattern: GroupPattern) throws -> SampleGroups {
    let names = try samples.map { sample in
      guard let group = pattern.group(of: String(sample.path.split(separator: "/").last ?? "")) else {
        throw Failure(
          .data, "\(sample.path) has no group by the pattern \(pattern.text) (data.splitBy)",
          advice: "all file names must fit the pattern; * stands for any characters")
      }
      return group
    }
    return SampleGroups(names, from: pattern.text)
  }
}

extension SplitGroups {
  /// Takes the groups of images that are a part of their own. They are not known if a file's name does not fit.
  package mutating func add(_ images: ImageSamples, by pattern: GroupPattern, of part: Split) throws {
    do {
      add(try images.groups(by: pattern), of: part, otherwise: "")
    } catch let failure as Failure where failure.exitCode == .data {
      add(nil, of: part, otherwise: failure.message)
    }
  }
}
