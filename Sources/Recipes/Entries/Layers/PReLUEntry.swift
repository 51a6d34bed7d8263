import Diagnostics
import Layers

/// The leaky rectifier with slopes that are learned (He, Zhang, Ren and Sun 2015).
public struct PReLUEntry: LayerEntry {
  /// How many slopes a layer has.
  public enum Slopes: Equatable, Sendable {
    /// This many: 1, or as many as its input has channels.
    case number(Int)
    /// One for each channel.
    case channels
  }

  /// The number of slopes.
  public var parameters = Slopes.number(1)
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// Every key at its default.
  public init() {}

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "prelu", "x above zero, a learned slope times x below", example: "parameters: channels", short: "parameters",
    keys: [
      .moduleName(\.name),
      RecipeKey("parameters", \.parameters, .slopes, "1 for one slope, or channels: one for each feature or channel"),
    ])

  /// Checks that the number of slopes is 1 or that of the channels.
  public func checkInput(_ site: LayerSite) throws {
    guard case .number(let count) = parameters, count != 1, count != site.input.features else { return }
    throw Failure(
      .configuration, "parameters is \(count), but its input, \(site.input.text), has \(site.input.features) channels",
      advice: "write 1 for one slope, or channels")
  }

  /// Makes the layer.
  public func makeLayer(_ site: LayerSite) -> any Layer {
    if case .number(let count) = parameters { return PReLU(input: site.input, parameters: count) }
    return PReLU(input: site.input, parameters: site.input.features)
  }
}

extension ValueType<PReLUEntry.Slopes> {
  /// A number of slopes, or `channels`.
  static var slopes: ValueType {
    size(or: "channels", is: .channels, number: { .number($0) }) { value in
      if case .number(let count) = value { count } else { nil }
    }
  }
}
