import Diagnostics
import Formats
import Images

/// Reads what an index holds from a tar file.
struct TarInspection {
  private let file: TarFile

  /// The inspection of an open tar file.
  init(of file: TarFile) { self.file = file }

  /// Adds to an index what is needed and not in it; nil for none.
  /// - Parameter report: is told the percentage that is done.
  /// - Throws: `Failure` (data) if the file is no tar file or changes, (inputOutput) if it cannot be read, (system) if there is
  ///   not enough memory.
  func complete(
    _ former: TarIndex?, needs: TarNeeds, report: @escaping (_ percent: Int) -> Void
  ) throws -> TarIndex {
    var index: TarIndex
    if let former {
      index = former
    } else {
      let directory = try TarDirectory(of: file)
      index = TarIndex(
        stamp: file.stamp, members: directory.members, others: directory.others, end: directory.end)
    }
    let endings = index.members.map { MemberName($0.name)?.ending }
    if let target = needs.target, index.targets[target.text] == nil {
      index.targets[target.text] = try targets(
        target, members: index.members, places: endings.indices.filter { endings[$0] == target.ending })
    }
    let inputs = needs.inputs.filter { !index.isInspected($0, for: needs) }
    let places = endings.indices.filter { endings[$0].map(inputs.contains) ?? false }
    let members = index.members
    let found = try findings(places.map { members[$0] }, needs: needs, report: report)
    for (place, finding) in zip(places, found) { index.findings[place] = finding }
    for ending in inputs {
      index.inspections[ending] = TarIndex.Inspection(depth: needs.depth(of: ending), pixelLimit: needs.pixelLimit)
    }
    try file.checkUnchanged(since: index.stamp)
    return index
  }

  private func targets(
    _ target: TarTarget, members: [TarDirectory.Member], places: [Int]
  ) throws -> [Int: TarIndex.Target] {
    var bytes: [UInt8] = []
    var targets: [Int: TarIndex.Target] = [:]
    targets.reserveCapacity(places.count)
    for place in places {
      let member = members[place]
      guard member.size <= TarTarget.limit else {
        targets[place] = .fault("has \(member.size) bytes, which is too much for a target")
        continue
      }
      try file.read(member.offset, count: member.size, into: &bytes)
      targets[place] = target.read(bytes)
    }
    return targets
  }

  /// What is found in some members, on all processors.
  private func findings(
    _ members: [TarDirectory.Member], needs: TarNeeds, report: @escaping (Int) -> Void
  ) throws -> [TarIndex.Finding] {
    try onAllProcessors(members.count) { [file] in
      try MemberInspector(file, needs: needs)
    } show: {
      report($0 * 100 / members.count)
    } look: { inspector, place in
      try inspector.look(at: members[place])
    }
  }
}

/// Looks at inputs; for one thread.
private struct MemberInspector {
  private let file: TarFile
  private let needs: TarNeeds
  private let decoder: ImageDecoder
  private var bytes: [UInt8] = []

  init(_ file: TarFile, needs: TarNeeds) throws {
    self.file = file
    self.needs = needs
    decoder = try ImageDecoder(pixelLimit: needs.pixelLimit)
  }

  mutating func look(at member: TarDirectory.Member) throws -> TarIndex.Finding {
    let ending = MemberName(member.name)?.ending ?? ""
    return InputKind.isArray(ending) ? try array(member, whole: needs.checks) : try image(member)
  }

  /// The size of an image, or why it cannot be decoded.
  private mutating func image(_ member: TarDirectory.Member) throws -> TarIndex.Finding {
    guard member.size <= decoder.byteLimit else {
      return fault(" has \(member.size) bytes", advice: "at most \(decoder.byteLimit) are read")
    }
    try file.read(member.offset, count: member.size, into: &bytes)
    do {
      let size = try decoder.check(&bytes, name: "")
      return TarIndex.Finding(shape: [size.height, size.width])
    } catch let failure as Failure where failure.exitCode == .data {
      return fault(failure.message, advice: failure.advice)
    }
  }

  /// The shape of an array, or why it cannot be read; with `whole` also whether all numbers are finite.
  private mutating func array(_ member: TarDirectory.Member, whole: Bool) throws -> TarIndex.Finding {
    var shape: [Int] = []
    try file.read(member.offset, count: min(member.size, 1 << 12), into: &bytes)
    do {
      shape = try npyShape(bytes, size: member.size, source: "")
      guard (1...3).contains(shape.count), !shape.contains(0) else {
        return fault(
          " has the shape \(shape)", advice: "inputs are features, steps × features, or height × width × channels",
          depth: .header)
      }
    } catch let failure as Failure where failure.exitCode == .data {
      return fault(failure.message, advice: failure.advice, depth: .header)
    }
    guard whole else { return TarIndex.Finding(shape: shape) }
    try file.read(member.offset, count: member.size, into: &bytes)
    guard try NPYArray(bytes: bytes, source: "").floats().allSatisfy(\.isFinite) else {
      var finding = fault(" holds a number that is not finite as float32", advice: "every number must be finite")
      finding.shape = shape
      return finding
    }
    return TarIndex.Finding(shape: shape)
  }

  private func fault(
    _ message: String, advice: String?, depth: TarIndex.Depth = .whole
  ) -> TarIndex.Finding {
    TarIndex.Finding(fault: TarIndex.Fault(message: message, advice: advice, depth: depth))
  }
}
