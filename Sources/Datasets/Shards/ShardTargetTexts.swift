import Diagnostics

/// The targets of samples as their members have them.
struct ShardTargetTexts {
  /// Targets as classes or numbers. Those with a fault are 0.
  struct Result {
    var targets: ImageTargets
    var classNames: [String]
    var faults: [Failure?]
  }

  private let texts: [ShardIndex.Target]

  /// The targets, sample by sample.
  init(_ texts: [ShardIndex.Target]) { self.texts = texts }

  /// Reads classes or numbers; `name` names a sample's target.
  /// - Throws: `Failure` (data) if a class is not one of those that are named.
  func read(_ targets: ShardForm.Targets, name: (Int) -> String) throws -> Result {
    switch targets {
    case .classes(let names?, let ignored): try classes(among: names, ignored: ignored, name: name)
    case .classes(nil, let ignored): classes(ignored: ignored, name: name)
    case .values(let width): values(width: width, name: name)
    }
  }

  /// The first text; nil if there is none.
  private var first: String? {
    for case .text(let text) in texts where !text.isEmpty { return text }
    return nil
  }

  /// Class indices if the first target is one, else names.
  private func classes(ignored: Int?, name: (Int) -> String) -> Result {
    guard first.flatMap({ Int($0) }) != nil else {
      let names = Set(texts.compactMap { if case .text(let text) = $0, !text.isEmpty { text } else { nil } })
      let sorted = ClassLabels.sorted(names)
      let places = Dictionary(uniqueKeysWithValues: zip(sorted, 0...))
      return result(names: sorted, name: name) { _, text in
        places[text].map { .success(Int32($0)) } ?? .failure(Failure(.data, " is empty"))
      }
    }
    var largest = 0
    var result = result(names: [], name: name) { _, text in
      guard let number = Int(text), number == ignored || (0..<ClassLabels.limit).contains(number) else {
        return .failure(
          Failure(.data, " is \"\(text.prefix(40))\", which is no class index", advice: "class indices count from 0"))
      }
      if number != ignored { largest = max(largest, number) }
      return .success(Int32(number))
    }
    result.classNames = (0...largest).map(String.init)
    return result
  }

  /// Names, or if no name is a number, their indices.
  private func classes(among names: [String], ignored: Int?, name: (Int) -> String) throws -> Result {
    let places = Dictionary(zip(names, 0...), uniquingKeysWith: { first, _ in first })
    // Indices stand for names unless these could be meant themselves.
    let takesIndices = names.allSatisfy { Int($0) == nil } || names.enumerated().allSatisfy { $1 == String($0) }
    var unknown: (place: Int, text: String)?
    let result = result(names: names, name: name) { place, text in
      if let index = places[text] { return .success(Int32(index)) }
      if let number = Int(text), number == ignored || takesIndices && names.indices.contains(number) {
        return .success(Int32(number))
      }
      if !text.isEmpty, unknown == nil { unknown = (place, text) }
      return .failure(Failure(.data, " is empty"))
    }
    guard let unknown else { return result }
    let meant = nearestName(to: unknown.text, among: names).map { "did you mean \($0)? " } ?? ""
    throw Failure(
      .data, "\(name(unknown.place)) is \"\(unknown.text.prefix(40))\", which is none of the \(names.count) classes",
      advice: "\(meant)the classes are \(names.prefix(10).joined(separator: ", "))\(names.count > 10 ? ", …" : "")")
  }

  private func result(
    names: [String], name: (Int) -> String, _ read: (_ place: Int, String) -> Swift.Result<Int32, Failure>
  ) -> Result {
    var classes = [Int32](repeating: 0, count: texts.count)
    var faults = [Failure?](repeating: nil, count: texts.count)
    for (place, target) in texts.enumerated() {
      switch target {
      case .fault(let reason): faults[place] = Failure(.data, "\(name(place)) \(reason)")
      case .text(let text):
        switch read(place, text) {
        case .success(let index): classes[place] = index
        case .failure(let failure):
          faults[place] = Failure(.data, name(place) + failure.message, advice: failure.advice)
        }
      }
    }
    return Result(targets: .classes(classes), classNames: names, faults: faults)
  }

  /// Numbers, as many for each sample.
  private func values(width known: Int?, name: (Int) -> String) -> Result {
    let rows = texts.map { if case .text(let text) = $0 { ShardTargetTexts.numbers(text) } else { nil as [Float]? } }
    let width = known ?? rows.lazy.compactMap { $0 }.first?.count ?? 1
    var values: [Float] = []
    values.reserveCapacity(rows.count * width)
    let faults = rows.enumerated().map { place, row -> Failure? in
      if let row, row.count == width {
        values += row
        return nil
      }
      values += repeatElement(0, count: width)
      let reason: String =
        switch texts[place] {
        case .fault(let reason): reason
        case .text(let text):
          row.map { "has \(counted($0.count, "number")), the first sample \(width)" }
            ?? "is \"\(text.prefix(40))\", which is not finite numbers with blanks or commas between them"
        }
      return Failure(.data, "\(name(place)) \(reason)", advice: "to learn classes, write loss: cross-entropy")
    }
    return Result(targets: .values(values, width: width), classNames: [], faults: faults)
  }

  /// The numbers in a text; nil if there are none, or others than finite ones.
  private static func numbers(_ text: String) -> [Float]? {
    let parts = text.split { $0 == " " || $0 == "," || $0 == "\n" || $0 == "\t" || $0 == "\r\n" }
    let numbers = parts.compactMap { part in Double(part).map { Float($0) } }
    return numbers.isEmpty || numbers.count < parts.count || !numbers.allSatisfy(\.isFinite) ? nil : numbers
  }
}
