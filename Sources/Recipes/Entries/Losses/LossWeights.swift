import Diagnostics
import Tensors

/// The weights of a loss's classes or events in a recipe.
public enum LossWeights: Equatable, Sendable, ExpressibleByArrayLiteral {
  /// One for each output.
  case given([Double])
  /// Those that balance the training samples; nil as long as these have not been counted.
  case balanced(counted: [Double]? = nil)

  /// One for each output.
  public init(arrayLiteral elements: Double...) { self = .given(elements) }

  /// The weights of outputs of a shape; nil for none. Balanced weights are 1 for outputs beyond the classes.
  /// - Throws: `Failure` (configuration) naming the key if there are not as many as outputs.
  func values(outputs: Shape, key: String, noun: String, _ plural: String) throws -> [Double]? {
    switch self {
    case .given(let values):
      guard values.count == outputs.features else {
        throw Failure(
          .configuration,
          "loss.\(key) has \(counted(values.count, "entry", "entries")), but the model gives "
            + "\(counted(outputs.features, noun, plural))",
          advice: "give one weight for each \(noun)")
      }
      return values
    case .balanced(let counted):
      return counted.map { $0 + Array(repeating: 1, count: max(0, outputs.features - $0.count)) }
    }
  }
}

extension ValueType<LossWeights> {
  /// A list of weights, or `balanced`.
  static var lossWeights: ValueType {
    let list = ValueType<[Double]>.list(.number(.atLeast(0)))
    let shape = ValueShape.listOrChoice(.number(range: Bounds<Double>.atLeast(0).range), least: 1, ["balanced"])
    return ValueType {
      shape
    } read: { node, path, _ in
      if node.text == "balanced" { return .balanced() }
      guard case .list = node.content else { throw mismatch(node, path, shape) }
      return .given(try list.read(node, path, nil))
    } write: { weights in
      switch weights {
      case .given(let values): list.write(values)
      case .balanced: .scalar("balanced")
      }
    }
  }
}
