import Diagnostics

/// An enumeration whose raw values are the words that a recipe uses.
public protocol Choice: RawRepresentable<String>, CaseIterable, Equatable, Sendable {}

extension ValueType where Value: Choice {
  /// One of the enumeration's words.
  public static var choice: ValueType {
    ValueType {
      .choice(Value.allCases.map(\.rawValue))
    } read: { node, path, _ in
      let names = Value.allCases.map(\.rawValue)
      guard let text = node.text else { throw mismatch(node, path, .choice(names)) }
      guard let value = Value(rawValue: text) else { throw unknownChoice(node, "\(path) cannot be", names) }
      return value
    } write: {
      .scalar(YAMLOutput.quotedIfNeeded($0.rawValue))
    }
  }
}

/// The failure for a name that is not in `names`; its message is `subject` and the name.
func unknownChoice(_ node: YAMLNode, _ subject: String, _ names: [String]) -> Failure {
  let meant = FamiliarKeys.advice(on: node.text ?? "", among: names)
  return node.place.failure(
    "\(subject) \(node.named)", advice: meant ?? "it must be one of \(names.joined(separator: ", "))")
}

extension ValueType {
  /// A value or none, written `none`, `null` or `~`.
  public static func optional<Wrapped>(_ inner: ValueType<Wrapped>) -> ValueType where Value == Wrapped? {
    let shape: @Sendable () -> ValueShape = { .optional(inner.shape()) }
    return ValueType(shape: shape) { node, path, current in
      if node.isNone { return nil }
      do {
        return try inner.read(node, path, current ?? nil)
      } catch let failure as Failure where failure.message == mismatch(node, path, inner.shape()).message {
        throw Failure(.configuration, mismatch(node, path, shape()).message, advice: failure.advice)
      }
    } write: { value in
      value.map(inner.write) ?? .scalar("none")
    }
  }

  /// A list with at least `least` (0 or 1) entries.
  public static func list<Element>(
    _ element: ValueType<Element>, least: Int = 1
  ) -> ValueType where Value == [Element] {
    let shape: @Sendable () -> ValueShape = { .list(element.shape(), least: least) }
    return ValueType(shape: shape) { node, path, _ in
      guard case .list(let items) = node.content else {
        let failure = mismatch(node, path, shape())
        throw Failure(
          .configuration, failure.message,
          advice: "for example \(path.split(separator: ".").last ?? ""): \(shape().example)")
      }
      guard items.count >= least else { throw node.place.failure("\(path) must have at least one entry") }
      return try items.enumerated().map { try element.read($1, "\(path).\($0)", nil) }
    } write: { values in
      .list(values.map(element.write))
    }
  }
}

extension ValueType {
  /// One value, or a list of at least one.
  static func oneOrList<Element>(_ element: ValueType<Element>) -> ValueType where Value == [Element] {
    let shape: @Sendable () -> ValueShape = { .oneOrList(element.shape()) }
    let list = ValueType.list(element)
    return ValueType(shape: shape) { node, path, current in
      switch node.content {
      case .list: return try list.read(node, path, current)
      case .scalar: return [try element.read(node, path, nil)]
      default: throw mismatch(node, path, shape())
      }
    } write: { values in
      values.count == 1 ? element.write(values[0]) : list.write(values)
    }
  }
}

extension ValueType where Value: RecipeSettings {
  /// A mapping with the keys of its settings.
  public static var section: ValueType {
    ValueType(isSection: true) {
      .section(Value.form.keys.map(\.info), short: Value.form.short)
    } read: { node, path, current in
      let whole = Value.form.short.map { node.asMapping(of: $0) } ?? node
      return try Value.read(
        RecipeSection(whole, path: path, example: Value.form.keys.map(\.info).example), onto: current ?? Value())
    } write: {
      .mapping($0.written)
    }
  }
}
