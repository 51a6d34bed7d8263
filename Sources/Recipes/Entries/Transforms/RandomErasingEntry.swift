import Diagnostics
import Images

/// Paints over a rectangle, at random.
public struct RandomErasingEntry: TransformEntry {
  /// What a rectangle is painted with.
  public enum Value: Equatable, Sendable {
    /// A value for all channels, or three.
    case numbers([Double])
    /// Normal numbers of mean 0 and deviation 1.
    case random
  }

  /// The probability of erasing.
  public var probability = 0.5
  /// The rectangle's share of the image's area.
  public var scale = 0.02...0.33
  /// The rectangle's height over its width.
  public var ratio = 0.3...3.3
  /// What the rectangle is painted with.
  public var value = Value.numbers([0])

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    RandomErasing.name, "a rectangle painted over, at random; may follow normalize", example: "probability: 0.25",
    short: "probability",
    keys: [
      .probability(\.probability, of: "erasing"),
      RecipeKey(
        "scale", \.scale, .interval(.from(0.0001, through: 1)), "the rectangle's share of the area, [least, most]"),
      RecipeKey(
        "ratio", \.ratio, .interval(.from(0.01, through: 100)), "the rectangle's height / width, [least, most]"),
      RecipeKey(
        "value", \.value, .erasure,
        "the new value: after normalize one of the network's inputs, else from 0 to 1; random for normal numbers"),
    ])

  /// Makes the transform for colours from 0 to 1.
  public func makeTransform() -> any Transform { makeTransform(after: .none) }

  /// Makes the transform that, before `normalize`, has the effect of this one after it.
  func makeTransform(after normalize: Normalize) -> any Transform {
    let paint: RandomErasing.Paint =
      switch value {
      case .numbers(let numbers): .color(normalize.mean + normalize.deviation * numbers.channels)
      case .random: .noise(mean: normalize.mean, deviation: normalize.deviation)
      }
    return RandomErasing(probability: probability, scale: scale, ratio: ratio, paint: paint)
  }
}

extension ValueType<RandomErasingEntry.Value> {
  /// One number, one for each channel, or `random`.
  static var erasure: ValueType {
    let numbers = ValueType<[Double]>.numbers(.from(-1000, through: 1000), forms: ["[red, green, blue]"])
    guard case .numbers(let range, let forms, _) = numbers.shape() else { preconditionFailure("numbers have a shape") }
    let shape = ValueShape.numbers(range: range, forms: forms, words: ["random"])
    return ValueType {
      shape
    } read: { node, path, _ in
      if node.text == "random" { return .random }
      do {
        return .numbers(try numbers.read(node, path, nil))
      } catch let failure as Failure where failure == ValueType<[Double]>.mismatch(node, path, numbers.shape()) {
        throw mismatch(node, path, shape)
      }
    } write: { value in
      if case .numbers(let values) = value { return numbers.write(values) }
      return .scalar("random")
    }
  }
}
