import Diagnostics
import Layers

/// A fully connected layer: each output is a weighted sum of all inputs, plus a bias.
public struct LinearEntry: LayerEntry {
  /// How many outputs a layer has.
  public enum Outputs: Equatable, Sendable {
    /// This many.
    case number(Int)
    /// One for each class of the data.
    case classes
  }

  /// The number of outputs.
  public var outputs: Outputs
  /// Whether a bias is added.
  public var bias = true
  /// How the weights are drawn; nil for `model.initialization`.
  public var initialization: (any InitializationEntry)?
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// A layer with this many outputs.
  public init(outputs: Int) { self.outputs = .number(outputs) }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(outputs: 0) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "linear", "a fully connected layer", example: "outputs: 10", short: "outputs",
    keys: [
      .moduleName(\.name),
      RecipeKey(
        "outputs", \.outputs, .outputs, required: true,
        "the number of outputs, or classes: one for each class of the data"),
      RecipeKey("bias", \.bias, .flag, "whether a bias is added"),
      .initialization(\.initialization),
    ])

  /// Makes a layer over all values of a vector, or over the features of each step or pixel.
  /// - Throws: `Failure` (configuration) if there should be an output for each class, but the data has no classes.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    Linear(input: site.input, outputs: try site.count(outputs), bias: bias)
  }
}

extension LayerSite {
  /// The number of outputs.
  /// - Throws: `Failure` (configuration) if there should be one for each class, but the data has no classes.
  func count(_ outputs: LinearEntry.Outputs) throws -> Int {
    if case .number(let count) = outputs {
      guard count > 0 else {
        throw Failure(.configuration, "it has \(count) outputs", advice: "there must be at least one")
      }
      return count
    }
    guard classes > 0 else {
      throw Failure(
        .configuration, "outputs is classes, but the targets are numbers", advice: "give the number of outputs")
    }
    return classes
  }
}

extension ValueType<LinearEntry.Outputs> {
  /// A number of outputs, or `classes`.
  static var outputs: ValueType {
    size(or: "classes", is: .classes, number: { .number($0) }) { value in
      if case .number(let count) = value { count } else { nil }
    }
  }
}

extension ValueType {
  /// A size, or one word with a meaning of its own; `count` is the size of a value that is one.
  static func size(
    or word: String, is meaning: Value, number make: @escaping @Sendable (Int) -> Value,
    count: @escaping @Sendable (Value) -> Int?
  ) -> ValueType where Value: Sendable {
    let number = ValueType<Int>.number(.size)
    let shape = ValueShape.wholeOrChoice(range: Bounds<Int>.size.range, [word])
    return ValueType {
      shape
    } read: { node, path, current in
      if node.text == word { return meaning }
      do {
        return make(try number.read(node, path, nil))
      } catch let failure as Failure where failure == mismatch(node, path, number.shape()) {
        throw mismatch(node, path, shape)
      }
    } write: { value in
      .scalar(count(value)?.recipeText ?? word)
    }
  }
}
