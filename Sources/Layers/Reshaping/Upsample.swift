import CKernels
import Diagnostics
import Tensors

/// Images or sequences made larger by a whole factor, as PyTorch's `nn.Upsample`: pixel o of an axis is that of place
/// ⌊o / scale⌋, or it is interpolated between the two next to place (o + ½) / scale − ½, at the ends the first or last;
/// with `alignCorners` next to o · (H − 1) / (scale · H − 1), so that first and last pixels keep their places.
///
/// Input [height, width, channels] or [steps, channels]; output `scale` times as high and wide, or as long.
public final class Upsample: Layer {
  /// How new pixels are made.
  public enum Mode: String, CaseIterable, Sendable {
    /// Copies of the nearest pixel.
    case nearest
    /// Linear between two steps of a sequence.
    case linear
    /// Linear between four pixels of an image, down and across.
    case bilinear
  }

  /// The recipe's name.
  public let kind = "upsample"
  /// The input's, times the scale.
  public let outputShape: Shape
  package let scale: Window.Extent
  package let mode: Mode
  package let alignCorners: Bool
  private let inputShape: Shape

  /// A layer for inputs of a shape. For sequences the height of the scale counts.
  /// - Throws: `Failure` (configuration) for vectors, and for a mode or a scale that does not fit the input.
  public init(input: Shape, scale: Window.Extent, mode: Mode = .nearest, alignCorners: Bool = false) throws {
    guard input.isImage || input.isSequence else {
      throw Failure(.configuration, "\(input.text) is no image or sequence")
    }
    guard input.isImage || scale.width == scale.height else {
      throw Failure(
        .configuration,
        "\(input.text) has no height and width, so the scale [\(scale.height), \(scale.width)] does not fit",
        advice: "write one number, such as scale: \(scale.height)")
    }
    let wrong: Mode = input.isImage ? .linear : .bilinear
    let right: Mode = input.isImage ? .bilinear : .linear
    guard mode != wrong else {
      throw Failure(
        .configuration, "the mode \(mode.rawValue) is for \(input.isImage ? "sequences" : "images")",
        advice: "write mode: \(right.rawValue)")
    }
    guard mode != .nearest || !alignCorners else {
      throw Failure(
        .configuration, "alignCorners is true, but the mode nearest interpolates nothing",
        advice: "write mode: \(right.rawValue), or leave out alignCorners")
    }
    guard max(scale.height, scale.width) <= Upsample.largestScale else {
      throw Failure(
        .configuration, "a scale of \(max(scale.height, scale.width)) is too large",
        advice: "at most \(Upsample.largestScale)")
    }
    inputShape = input
    self.scale = Window.Extent(height: scale.height, width: input.isImage ? scale.width : 1)
    self.mode = mode
    self.alignCorners = alignCorners
    let extents = [scale.height, scale.width].prefix(input.isImage ? 2 : 1)
    outputShape = Shape(zip(input.extents, extents).map { $0 * $1 } + [input.features])
  }

  /// More than any image needs.
  private static let largestScale = 1 << 10

  /// Refuses different lengths.
  public var lengthRule: LengthRule { .refused(advice: "give it sequences of equal length") }

  /// Takes and gives values of either precision.
  public var takesRoundedValues: Bool { true }

  /// Reserves the outputs, and the input's gradient if it is wanted.
  public func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let size = Window.size(inputShape)
    return UpsamplePass(
      inputShape: inputShape, outputShape: outputShape,
      down: UpsampledAxis(size: size.height, scale: scale.height, mode, alignsCorners: alignCorners),
      across: UpsampledAxis(size: size.width, scale: scale.width, mode, alignsCorners: alignCorners),
      output: plan.activationValues(outputShape.paddedCount(batch: batch)),
      gradient: wantsInputGradient ? plan.gradientValues(inputShape.paddedCount(batch: batch)) : nil)
  }
}

private struct UpsamplePass: Pass {
  let inputShape, outputShape: Shape
  let down, across: UpsampledAxis
  let output: ArenaPlan.Slot
  let gradient: ArenaPlan.Slot?

  var overwritesGradient: Bool { false }

  /// The kernels' description for inputs and outputs.
  private func geometry(
    _ precision: Precision, batch: Int, inputStride: Int, outputStride: Int
  ) -> dpt_upsampling {
    let features = inputShape.features
    // Where images lie is as for a window.
    let window = Window(kernel: .init(1)).geometry(
      precision, input: inputShape, output: outputShape, batch: batch, inputStride: inputStride,
      outputStride: outputStride,
      channels: features, outputs: features, padded: true)
    return dpt_upsampling(
      precision: precision.kernel, batch: batch, channels: features, down: down.kernelAxis, across: across.kernelAxis,
      xStride: window.xStride, xLine: window.xLine, xImage: window.xImage, yStride: window.yStride, yLine: window.yLine,
      yImage: window.yImage)
  }

  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = TensorView(base: context.arena.values(output), shape: outputShape, batch: input.batch)
    var g = geometry(
      input.base.precision, batch: input.batch, inputStride: input.stride, outputStride: result.stride)
    dpt_upsample(&g, input.base.address, result.base.address)
    return result
  }

  /// Every pixel gathers its share of the gradients of those that were made of it, in ascending order.
  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard let slot = self.gradient else { return nil }
    let result = TensorView(base: context.arena.values(slot), shape: inputShape, batch: input.batch)
    var g = geometry(
      result.base.precision, batch: input.batch, inputStride: result.stride, outputStride: gradient.stride)
    dpt_upsample_back(&g, gradient.base.address, result.base.address)
    return result
  }
}
