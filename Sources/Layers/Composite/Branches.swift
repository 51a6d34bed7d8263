import Diagnostics
import Tensors

/// Paths of layers side by side, which have the same input and whose outputs are joined. A path without layers is the input
/// itself.
///
///     concat     y = [a, b, ...]    the features of one behind those of the other, as PyTorch's `torch.cat`
///     add        y = a + b + ...    in the order of the paths
///     multiply   y = a ⊙ b          of two paths
///
/// Paths that are concatenated have the same steps or pixels. Of those that are added or multiplied, some may have one row of
/// features for a whole sample: a vector, one step or one pixel. It then goes to all steps or pixels, as the gates of
/// squeeze-and-excitation do (Hu, Shen & Sun 2018). Szegedy et al. 2015 and Huang et al. 2017 concatenate.
///
/// Parameters are named `paths.0.0.weight`, and so on, unless layers have names.
public final class Branches: Layer, PlacedLayer {
  /// How outputs are joined.
  public enum Join: String, CaseIterable, Sendable {
    /// The features of one path behind those of the other.
    case concat
    /// The sum.
    case add
    /// The product of two paths.
    case multiply
  }

  /// The recipe's name.
  public let kind = "branches"
  /// The shape of the joined outputs.
  public let outputShape: Shape
  /// The paths' parameters, first path first.
  public let parameters: [Parameter]
  /// The paths' buffers.
  public let buffers: [Parameter]
  /// The paths' counters.
  public let counters: [Counter]
  /// The paths, named `paths.0` and so on.
  public let parts: [LayerPart]
  /// How the outputs are joined.
  package let join: Join
  /// The shape of one input.
  package let inputShape: Shape

  /// Paths for inputs of a shape.
  /// - Throws: `Failure` (configuration) if the paths cannot be joined.
  public init(input: Shape, join: Join, paths: [LayerPart]) throws {
    self.join = join
    inputShape = input
    parts = paths
    outputShape = try Branches.joined(paths.map { $0.outputShape(for: input) }, by: join)
    guard paths.contains(where: { !$0.layers.isEmpty }) else {
      throw Failure(.configuration, "no path has layers", advice: "give one path layers, or leave branches out")
    }
    parameters = paths.flatMap { $0.named(\.parameters) }
    buffers = paths.flatMap { $0.named(\.buffers) }
    counters = paths.flatMap { $0.named(\.counters) }
  }

  /// The same of paths whose layers have no names.
  /// - Throws: as the other.
  public convenience init(input: Shape, join: Join, paths: [[any Layer]]) throws {
    try self.init(input: input, join: join, paths: paths.enumerated().map { LayerPart($1, name: "paths.\($0)") })
  }

  /// The rules of all paths, which must agree.
  public var lengthRule: LengthRule { .parts }

  /// The shape of joined outputs.
  private static func joined(_ shapes: [Shape], by join: Join) throws -> Shape {
    guard shapes.count > 1, join != .multiply || shapes.count == 2 else {
      throw Failure(
        .configuration, "\(join) cannot join \(shapes.count) \(shapes.count == 1 ? "path" : "paths")",
        advice: join == .multiply ? "give two paths; branches within a path have more" : "give two or more")
    }
    func failure(_ rule: String) -> Failure {
      Failure(
        .configuration, "\(join) cannot join what the paths give: \(shapes.map(\.text).joined(separator: ", "))",
        advice: rule)
    }
    if join == .concat {
      guard shapes.allSatisfy({ $0.extents.dropLast() == shapes[0].extents.dropLast() }) else {
        throw failure("all must have the same steps or pixels")
      }
      return shapes[0].with(features: shapes.reduce(0) { $0 + $1.features })
    }
    let whole = shapes.first { !$0.isOneRow } ?? shapes.first { $0.extents.count > 1 } ?? shapes[0]
    guard
      shapes.allSatisfy({ shape in
        shape == whole
          || shape.isOneRow && shape.features == whole.features
            && [1, whole.extents.count].contains(shape.extents.count)
      })
    else {
      throw failure("all must have the same shape, or be one row of as many features for the whole sample")
    }
    // PyTorch joins flattened images in its order, so all must have the same.
    return shapes.allSatisfy { $0.flattenedFrom == whole.flattenedFrom } ? whole : Shape(whole.extents)
  }

  /// The layers of the paths as they run: where PyTorch's order of the features matters, outputs are put in that order.
  var running: [[any Layer]] {
    let shapes = parts.map { $0.outputShape(for: inputShape) }
    guard shapes.contains(where: { $0.flattenedFrom != outputShape.flattenedFrom }) else { return parts.map(\.layers) }
    return parts.map { $0.layers.inChannelOrder(input: inputShape) }
  }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the memory of all paths and of the joined outputs, and the paths' gradients.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    makePass(&plan, batch: batch, wantsInputGradient: wantsInputGradient, output: nil)
  }

  /// A concatenation can.
  func writesColumns(keepsOutputs: Bool) -> Bool { join == .concat }

  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool, output: OutputRows?) -> any Pass {
    BranchesPass(self, &plan, batch: batch, wantsInputGradient: wantsInputGradient, output: output)
  }
}

extension Shape {
  /// Whether a sample has one step or pixel, or is a vector.
  var isOneRow: Bool { steps * positions == 1 }
}
