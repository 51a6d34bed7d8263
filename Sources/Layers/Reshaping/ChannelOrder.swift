import Tensors

/// Reorders the values of a flattened image from pixel by pixel to PyTorch's order, channel by channel.
///
/// It is used where the order matters: at the end of a model whose output is a flattened image, and where a residual
/// connection adds such a vector to one of another order. Recipes do not contain it.
final class ChannelOrder: Layer {
  let kind = "channel-order"
  let outputShape: Shape
  let takesRoundedValues = true
  private let pixels, channels: Int

  /// A layer for inputs of a shape; nil if they are already in PyTorch's order.
  init?(input: Shape) {
    guard let image = input.flattenedFrom else { return nil }
    outputShape = .vector(input.count)
    (pixels, channels) = (image[0] * image[1], image[2])
  }

  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let count = outputShape.paddedCount(batch: batch)
    return ChannelOrderPass(
      pixels: pixels, channels: channels, output: plan.activationValues(count),
      gradient: wantsInputGradient ? plan.gradientValues(count) : nil)
  }
}

private struct ChannelOrderPass: Pass {
  let pixels, channels: Int
  let output: ArenaPlan.Slot
  let gradient: ArenaPlan.Slot?

  func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    let result = input.with(base: context.arena.values(output), columns: input.columns)
    forEachPlace { pixelwise, channelwise in
      for row in 0..<input.rows { result[row, channelwise] = input[row, pixelwise] }
    }
    return result
  }

  func backward(
    _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
  ) -> TensorView? {
    guard let slot = self.gradient else { return nil }
    let result = gradient.with(base: context.arena.values(slot), columns: gradient.columns)
    forEachPlace { pixelwise, channelwise in
      for row in 0..<gradient.rows { result[row, pixelwise] = gradient[row, channelwise] }
    }
    return result
  }

  /// Calls `body` with each value's index in both orders.
  private func forEachPlace(_ body: (_ pixelwise: Int, _ channelwise: Int) -> Void) {
    for pixel in 0..<pixels {
      for channel in 0..<channels { body(pixel * channels + channel, channel * pixels + pixel) }
    }
  }
}
