import Diagnostics
import Tensors

/// The targets of samples as their members have them.
struct TarTargetTexts {
  /// Targets as classes or numbers. Those with a fault are 0.
  struct Result {
    var targets: ImageTargets
    var classNames: [String]
    var faults: [Failure?]
    /// That targets are not of one kind; nil if they seem to be.
    var mixture: String?
  }

  private let texts: [TarIndex.Target]

  /// The targets, sample by sample.
  init(_ texts: [TarIndex.Target]) { self.texts = texts }

  /// Reads classes or numbers; `name` names a sample's target.
  /// - Throws: `Failure` (data) if a class is not one of those that are named.
  func read(_ targets: TarForm.Targets, name: (Int) -> String) throws -> Result {
    switch targets {
    case .classes(let names?, let ignored, let example):
      try classes(among: names, ignored: ignored, example: example, name: name)
    case .classes(nil, let ignored, _): classes(ignored: ignored, name: name)
    case .values(let shape): values(shape: shape, name: name)
    }
  }

  /// The texts in their order, with their places, but for those that are empty.
  private var filled: some Sequence<(place: Int, text: String)> {
    texts.lazy.enumerated().compactMap { place, target in
      if case .text(let text) = target, !text.isEmpty { (place: place, text: text) } else { nil }
    }
  }

  /// Class indices if the first target is one, else names.
  private func classes(ignored: Int?, name: (Int) -> String) -> Result {
    guard let first = filled.first(where: { _ in true }), Int(first.text) != nil else { return namedClasses(name) }
    var largest = 0
    var result = result(names: [], name: name) { _, text in
      guard let number = Int(text), number == ignored || (0..<ClassLabels.limit).contains(number) else {
        return .failure(
          Failure(.data, " is \"\(shortened(text))\", which is no class index", advice: "class indices count from 0"))
      }
      if number != ignored { largest = max(largest, number) }
      return .success(Int32(number))
    }
    result.classNames = (0...largest).map(String.init)
    return result
  }

  /// The names that occur.
  private func namedClasses(_ name: (Int) -> String) -> Result {
    let names = Set(filled.lazy.map(\.text).filter { $0.utf8.count <= TarTargetTexts.longestName })
    let sorted = ClassLabels.sorted(names)
    let places = Dictionary(uniqueKeysWithValues: zip(sorted, 0...))
    var result = result(names: sorted, name: name) { _, text in
      if let place = places[text] { return .success(Int32(place)) }
      guard !text.isEmpty else { return .failure(Failure(.data, " is empty")) }
      return .failure(
        Failure(.data, " is \"\(shortened(text))\" and has \(text.count) letters, too many for the name of a class"))
    }
    if let index = filled.first(where: { Int($0.text) != nil }),
      let named = filled.first(where: { Int($0.text) == nil })
    {
      result.mixture =
        "\(name(index.place)) is \"\(index.text)\", like the index of a class, but \(name(named.place)) is "
        + "\"\(shortened(named.text))\": all are taken as names"
    }
    return result
  }

  /// Longer texts are surely no names of classes.
  private static let longestName = 256

  /// Names, or if no name is a number, their indices.
  private func classes(
    among names: [String], ignored: Int?, example: String?, name: (Int) -> String
  ) throws -> Result {
    let places = Dictionary(zip(names, 0...), uniquingKeysWith: { first, _ in first })
    let areIndices = names.enumerated().allSatisfy { $1 == String($0) }
    let areNames = names.allSatisfy { Int($0) == nil }
    // Indices stand for names unless these could be meant themselves.
    let takesIndices = example == nil && areNames || areIndices
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
    let isIndex = Int(unknown.text) != nil
    if let example, isIndex ? areNames : areIndices {
      throw Failure(
        .data,
        "\(name(unknown.place)) is \"\(shortened(unknown.text))\", the \(isIndex ? "index" : "name") of a class, "
          + "but \(example), \(isIndex ? "a name" : "an index")",
        advice: "write names everywhere or indices everywhere; or name the classes in the order of their indices: "
          + "data.classes=[…]")
    }
    let meant = nearestName(to: unknown.text, among: names).map { "did you mean \($0)? " } ?? ""
    let shown = names.prefix(10).map(shortened).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
    throw Failure(
      .data, "\(name(unknown.place)) is \"\(shortened(unknown.text))\", which is none of the \(names.count) classes",
      advice: "\(meant)the classes are \(shown)")
  }

  private func result(
    names: [String], name: (Int) -> String, _ read: (_ place: Int, String) -> Swift.Result<Int32, Failure>
  ) -> Result {
    var classes = [Int32](repeating: 0, count: texts.count)
    var faults = [Failure?](repeating: nil, count: texts.count)
    for (place, target) in texts.enumerated() {
      switch target {
      case .fault(let reason): faults[place] = Failure(.data, "\(name(place)) \(reason)")
      case .numbers(_, let shape):
        faults[place] = Failure(
          .data, "\(name(place)) is an array of the shape \(shape), not a class",
          advice: "to learn numbers, write loss: mse")
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

  /// Numbers of one shape for each sample.
  private func values(shape known: Shape?, name: (Int) -> String) -> Result {
    let rows = texts.map(TarTargetTexts.row)
    let shape = known ?? rows.lazy.compactMap { $0 }.first?.shape ?? .vector(1)
    var values: [Float] = []
    values.reserveCapacity(rows.count * shape.count)
    let faults = rows.enumerated().map { place, row -> Failure? in
      if let row, row.shape == shape {
        values += row.numbers
        return nil
      }
      values += repeatElement(0, count: shape.count)
      let reason: String =
        switch texts[place] {
        case .fault(let reason): reason
        case .numbers, .text:
          row.map { "has \(TarTargetTexts.words($0.shape)), the first sample \(TarTargetTexts.words(shape))" }
            ?? TarTargetTexts.unreadable(texts[place])
        }
      return Failure(.data, "\(name(place)) \(reason)", advice: "to learn classes, write loss: cross-entropy")
    }
    return Result(targets: .values(values, shape: shape), classNames: [], faults: faults)
  }

  private static func words(_ shape: Shape) -> String {
    shape.isImage ? "numbers of the shape \(shape)" : counted(shape.count, "number")
  }

  private static func unreadable(_ target: TarIndex.Target) -> String {
    guard case .text(let text) = target else { return "holds no numbers, or one that is not finite as float32" }
    return "is \"\(shortened(text))\", which is not finite numbers with blanks or commas between them"
  }

  /// The numbers of a target; nil if there are none, or others than finite ones. Arrays of three axes have the shape of an
  /// output that is an image, others are a row.
  private static func row(_ target: TarIndex.Target) -> (numbers: [Float], shape: Shape)? {
    switch target {
    case .fault: return nil
    case .text(let text): return numbers(text).map { ($0, .vector($0.count)) }
    case .numbers(let numbers, let shape):
      guard !numbers.isEmpty, numbers.allSatisfy(\.isFinite) else { return nil }
      return (numbers, shape.count == 3 ? Shape(shape) : .vector(numbers.count))
    }
  }

  /// The numbers in a text; nil if there are none, or others than finite ones.
  private static func numbers(_ text: String) -> [Float]? {
    let parts = text.split { $0 == " " || $0 == "," || $0 == "\n" || $0 == "\t" || $0 == "\r\n" }
    let numbers = parts.compactMap { part in Double(part).map { Float($0) } }
    return numbers.isEmpty || numbers.count < parts.count || !numbers.allSatisfy(\.isFinite) ? nil : numbers
  }
}
