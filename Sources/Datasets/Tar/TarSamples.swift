import Diagnostics
import Formats
import Images

/// The samples of some tar files, in their order: members with the same name up to the first dot are one sample, as in
/// WebDataset. Those that are damaged are left out.
public struct TarSamples: Sendable {
  /// The target of each sample.
  public private(set) var targets: ImageTargets
  /// The classes' names; empty if targets are numbers.
  public let classNames: [String]
  /// What is wrong with the tar files, and which samples were left out for it.
  package let damage: TarDamage
  /// Notices about members that are not read.
  public let notices: [String]
  /// The tar files, for messages.
  public let source: String
  let files: TarFiles
  /// Says what the first sample's target is.
  private var firstTarget: String?
  private(set) var places: [TarPlace] = []
  private var names = PackedTexts()
  /// The number of axes and the extents of each input.
  private var extents: [SIMD4<Int32>] = []

  /// Finds the samples of tar files.
  /// - Throws: `Failure` (noInput, data, inputOutput) naming a tar file that cannot be read; (data) if no sample is left, or a class
  ///   is not one of those that the form names.
  public init(_ pattern: FilePattern, form: TarForm) throws {
    let indexing = try TarIndexing(of: pattern.paths, needs: form.needs)
    source = pattern.text
    files = TarFiles(pattern.paths, stamps: indexing.indexes.map(\.stamp))
    var list = TarList(form)
    for (number, index) in indexing.indexes.enumerated() {
      list.add(index, number: number, path: pattern.paths[number])
    }
    if let absent = list.absence(source: source) {
      throw absent.adding(TarDamage(source: source, samples: [], breaks: list.breaks).summary)
    }
    let texts = TarTargetTexts(list.candidates.map(\.target))
    let read: TarTargetTexts.Result
    do {
      read = try texts.read(form.targets) { list.targetName($0, pattern.paths) }
    } catch let failure as Failure {
      throw failure.adding(list.damage(source).summary)
    }
    for (candidate, fault) in zip(list.candidates.indices, read.faults) {
      if let fault { list.leaveOut(candidate, fault) }
    }
    let sound = list.candidates.indices.filter { list.candidates[$0].fault == nil }
    var damage = list.damage(source)
    damage.mixture = read.mixture
    self.damage = damage
    guard !sound.isEmpty else {
      throw Failure(.data, "\(source): no sample can be read", advice: damage.summary)
    }
    targets = read.targets.choosing(sound)
    if case .text(let text) = list.candidates[sound[0]].target {
      firstTarget = "\(list.targetName(sound[0], pattern.paths)) is \"\(shortened(text))\""
    }
    classNames = read.classNames
    notices = [indexing.notice].compactMap(\.self) + list.notices
    for candidate in sound.lazy.map({ list.candidates[$0] }) {
      places.append(candidate.place)
      names.append(candidate.name)
      var shape = SIMD4<Int32>(Int32(candidate.shape.count), 0, 0, 0)
      for (axis, extent) in candidate.shape.prefix(3).enumerated() { shape[axis + 1] = Int32(clamping: extent) }
      extents.append(shape)
    }
    try checkClasses(form)
  }

  /// The number of samples.
  public var count: Int { places.count }

  /// The samples of each tar file.
  public var fileRanges: [Range<Int>] {
    var ranges: [Range<Int>] = []
    for index in places.indices {
      if index > 0, places[index].file == places[index - 1].file {
        ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound..<index + 1
      } else {
        ranges.append(index..<index + 1)
      }
    }
    return ranges
  }

  /// The tar file and the member that is the sample's input.
  public func name(of index: Int) -> String { "\(files.paths[places[index].file]): \(names[index])" }

  /// The class of each sample; nil if targets are numbers.
  public var classes: [Int32]? { if case .classes(let classes) = targets { classes } else { nil } }

  /// What targets of samples are that are measured by a network trained on these.
  public func targetsOfOthers(_ form: TarForm) -> TarForm.Targets {
    if case .values(_, let shape) = targets { return .values(shape: shape) }
    guard case .classes(let names, let ignored, _) = form.targets else { return form.targets }
    return .classes(names: classNames, ignored: ignored, example: names == nil ? firstTarget : nil)
  }

  /// The samples with these indices, in the order of the tar files.
  public func choosing(_ indices: [Int]) -> TarSamples {
    let indices = indices.sorted()
    var chosen = self
    chosen.targets = targets.choosing(indices)
    chosen.places = indices.map { places[$0] }
    chosen.extents = indices.map { extents[$0] }
    chosen.names = PackedTexts()
    for index in indices { chosen.names.append(names[index]) }
    return chosen
  }

  /// The shape of an input, as far as it is known: of an array, or height and width of an image.
  func shape(of index: Int) -> [Int] { (0..<Int(extents[index][0])).map { Int(extents[index][$0 + 1]) } }

  /// The size of each image; nil where it is not known.
  public var sizes: [ImageSize?] {
    places.indices.map { index in
      extents[index][0] == 2 ? ImageSize(height: Int(extents[index][1]), width: Int(extents[index][2])) : nil
    }
  }

  /// The group of each sample, by the name of its input without folders.
  /// - Throws: `Failure` (data) naming an input whose name does not fit.
  public func groups(by pattern: GroupPattern) throws -> SampleGroups {
    let groups = try places.indices.map { index in
      guard let group = pattern.group(of: String(names[index].split(separator: "/").last ?? "")) else {
        throw Failure(
          .data, "\(name(of: index)) has no group by the pattern \(pattern.text) (data.splitBy)",
          advice: "all inputs' names must fit the pattern; * stands for any characters")
      }
      return group
    }
    return SampleGroups(groups, from: pattern.text)
  }

  /// Checks that each named class has a sample, if the names are those that occur.
  private func checkClasses(_ form: TarForm) throws {
    guard case .classes(nil, _, _) = form.targets, let classes, !damage.samples.isEmpty else { return }
    let held = Set(classes)
    for (index, name) in classNames.enumerated() where !held.contains(Int32(index)) && Int(name) == nil {
      throw Failure(.data, "\(source): no sample of the class \(shortened(name)) can be read", advice: damage.summary)
    }
  }
}

extension SplitGroups {
  /// Takes the groups of samples that are a part of their own. They are not known if an input's name does not fit.
  package mutating func add(_ samples: TarSamples, by pattern: GroupPattern, of part: Split) {
    do {
      add(try samples.groups(by: pattern), of: part, otherwise: "")
    } catch {
      add(nil, of: part, otherwise: (error as? Failure)?.message ?? "\(error)")
    }
  }
}
