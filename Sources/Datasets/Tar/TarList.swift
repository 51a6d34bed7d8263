import Diagnostics
import Formats

/// The samples in indexes of tar files, also those that cannot be used.
struct TarList {
  /// What may be a sample.
  struct Candidate {
    var place: TarPlace
    /// The input's name in the tar file, or the key if there is none.
    var name: String
    var shape: [Int]
    var target: TarIndex.Target
    var fault: Failure?
  }

  private(set) var candidates: [Candidate] = []
  /// About members that are not read, one notice for each tar file.
  private var unread: [String] = []
  /// About names that come again, one notice for each tar file.
  private var repeats: [String] = []
  /// About members behind the ends of tar files, one notice for each.
  private var continuations: [String] = []
  /// Tar files that may lack members, by their numbers.
  private var faultyEnds: [(file: Int, failure: Failure)] = []
  private let form: TarForm
  private var withInput = 0
  private var withTarget = 0
  /// The key and the endings of the first sample.
  private var first: (key: String, endings: [String])?

  init(_ form: TarForm) { self.form = form }

  /// Adds the samples of a tar file.
  mutating func add(_ index: TarIndex, number: Int, path: String) {
    struct Sample {
      var input, target: Int?
      var rank = Int.max
    }
    // Two texts may be equal whose bytes differ, such as an accent by itself or as a part of its letter.
    var places: [[UInt8]: Int] = [:]
    var keys: [Substring] = []
    var samples: [Sample] = []
    var repeated: [String] = []
    var others = PassedOver(files: index.others.map { "\($0.kind) \($0.name)" })
    for (member, file) in index.members.enumerated() {
      guard let name = MemberName(file.name) else {
        if !MemberName.isHidden(file.name) { others.add(file.name, isFolder: false) }
        continue
      }
      let key = Array(name.key.utf8)
      let place = places[key, default: samples.count]
      if place == samples.count {
        places[key] = place
        keys.append(name.key)
        samples.append(Sample())
      }
      if first == nil { first = (String(name.key), []) }
      if let first, first.key == name.key, number == 0 { self.first?.endings.append(name.ending) }
      if let rank = form.inputs.firstIndex(of: name.ending), rank <= samples[place].rank {
        if rank == samples[place].rank { repeated.append(file.name) }
        (samples[place].input, samples[place].rank) = (member, rank)
      }
      if name.ending == form.target.ending {
        if samples[place].target != nil { repeated.append(file.name) }
        samples[place].target = member
      }
    }
    for (key, sample) in zip(keys, samples) {
      if sample.input != nil { withInput += 1 }
      if sample.target != nil { withTarget += 1 }
      guard sample.input != nil || sample.target != nil else {
        others.add("\(key).*", isFolder: false)
        continue
      }
      add(key: String(key), input: sample.input, target: sample.target, of: index, number: number, path: path)
    }
    let reason = "samples are files KEY.\(form.inputs[0]) and KEY.\(form.target.ending)"
    unread += others.notices(root: path, reason: reason)
    if !repeated.isEmpty {
      let shown = repeated.prefix(3).joined(separator: ", ") + (repeated.count > 3 ? ", …" : "")
      repeats.append(
        "\(path): \(counted(repeated.count, "member")) came before by the same name (\(shown)): the last is read, as tar "
          + "unpacks it")
    }
    if let notice = index.end.notice(of: path) { continuations.append(notice) }
    if let fault = index.end.fault(of: path) {
      faultyEnds.append((number, Failure(.data, fault, advice: "copy or write it again")))
    }
  }

  private mutating func add(
    key: String, input: Int?, target: Int?, of index: TarIndex, number: Int, path: String
  ) {
    var fault: Failure?
    var candidate = Candidate(
      place: TarPlace(file: number, offset: 0, size: 0), name: key, shape: [], target: .fault("is missing"))
    if let target { candidate.target = index.targets[form.target.text]?[target] ?? .fault("is missing") }
    if let input {
      let member = index.members[input]
      candidate.name = member.name
      candidate.place = TarPlace(file: number, offset: member.offset, size: member.size)
      let finding = index.findings[input]
      let depth = form.needs.depth(of: MemberName(member.name)?.ending ?? "")
      candidate.shape = depth > .place ? finding?.shape ?? [] : []
      // What was found by looking deeper is not used: another process may just have found it.
      if let found = finding?.fault, found.depth <= depth {
        fault = Failure(.data, "\(path): \(member.name)\(found.message)", advice: found.advice)
      }
    } else {
      fault = Failure(
        .data, "\(path): \(key) has no input \(TarList.list(form.inputs))", advice: TarList.memberAdvice)
    }
    if target == nil, fault == nil {
      fault = Failure(.data, "\(path): \(key) has no target .\(form.target.ending)", advice: TarList.memberAdvice)
    }
    candidate.fault = fault
    candidates.append(candidate)
  }

  /// What is wrong with the tar files, `source` in messages.
  func damage(_ source: String) -> TarDamage {
    TarDamage(source: source, samples: candidates.compactMap(\.fault), breaks: breaks)
  }

  /// The tar files that may lack members.
  var breaks: [TarBreak] {
    guard !faultyEnds.isEmpty else { return [] }
    var samples: [Int: Int] = [:]
    for candidate in candidates where candidate.fault == nil { samples[candidate.place.file, default: 0] += 1 }
    return faultyEnds.map { TarBreak(failure: $0.failure, samples: samples[$0.file] ?? 0) }
  }

  /// Notices about members that are not read.
  var notices: [String] {
    firstNotices(unread) { "\(counted($0, "more tar file")) with members that are not read" }
      + firstNotices(repeats) { "\(counted($0, "more tar file")) with names that came before" }
      + firstNotices(continuations) {
        "\(counted($0, "more tar file")) with members behind the mark of the end"
      }
  }

  /// Notes why a sample is left out, if it is not yet.
  mutating func leaveOut(_ candidate: Int, _ fault: Failure) {
    candidates[candidate].fault = candidates[candidate].fault ?? fault
  }

  /// The name of a sample's target, for messages.
  func targetName(_ candidate: Int, _ paths: [String]) -> String {
    let found = candidates[candidate]
    let key = MemberName(found.name).map { String($0.key) } ?? found.name
    return "\(paths[found.place.file]): \(key).\(form.target.ending)"
  }

  /// The failure if no sample has what is needed; nil if some have.
  func absence(source: String) -> Failure? {
    guard let first else {
      return Failure(
        .data, "\(source): there are no samples", advice: "members are named KEY.jpg, KEY.cls and so on")
    }
    let held = "the first, \(first.key), has \(first.endings.prefix(8).joined(separator: ", "))"
    if withInput == 0 {
      return Failure(
        .data, "\(source): no sample has an input \(TarList.list(form.inputs)); \(held)",
        advice: "data.input names the ending of inputs")
    }
    if withTarget == 0 {
      return Failure(
        .data, "\(source): no sample has a target .\(form.target.ending); \(held)",
        advice: "data.target names it: cls, txt, npy or json:KEY")
    }
    return nil
  }

  private static let memberAdvice = "write all members of a sample one after the other into one tar file"

  private static func list(_ endings: [String]) -> String {
    endings.map { ".\($0)" }.joined(separator: ", ")
  }
}
