import CKernels
import Tensors

/// Neighbouring layers that run as one pass: faster, and to the bits of one after the other.
struct Fusion {
  /// The layers, in their order.
  let layers: [any Layer]
  /// Their ticks on the plan's clock. A ReLU that the layer before it applies has none.
  var ticks = 1
  /// Makes the pass of all of them. A convolution sums the gradients of the batch normalization `before` it.
  let makePass:
    (_ plan: inout ArenaPlan, _ batch: Int, _ wantsInputGradient: Bool, _ before: BatchNormPass?) -> any Pass

  /// What the first of these layers runs in: the first fusion that fits, else a pass of its own. With `keepsOutputs` no
  /// fusion hides what lies between its layers, but for what a ReLU rectifies.
  static func first(in layers: ArraySlice<any Layer>, keepsOutputs: Bool) -> Fusion? {
    guard let first = layers.first else { return nil }
    let fusions = keepsOutputs ? [withReLU] : [convolutionAndMaxPool, convolutionAndBatchNorm, withReLU]
    return fusions.lazy.compactMap { $0(layers) }.first
      ?? Fusion(layers: [first]) { plan, batch, wantsInputGradient, _ in
        first.makePass(&plan, batch: batch, wantsInputGradient: wantsInputGradient)
      }
  }

  /// A convolution of images, a ReLU or none, and max pooling, which reads what lies between where the caches still hold it.
  private static func convolutionAndMaxPool(_ layers: ArraySlice<any Layer>) -> Fusion? {
    guard let convolution = (layers.first as? Conv2d)?.convolution, convolution.groups == 1 else { return nil }
    let hasReLU = layers.dropFirst().first is ReLU
    let count = hasReLU ? 3 : 2
    guard let pool = layers.dropFirst(count - 1).first as? MaxPool else { return nil }
    return Fusion(layers: Array(layers.prefix(count)), ticks: 2) {
      ConvolutionAndMaxPoolPass(
        convolution, appliesReLU: hasReLU, pool, &$0, batch: $1, wantsInputGradient: $2, before: $3)
    }
  }

  /// A convolution of images, batch normalization over the batch, and a ReLU or none.
  private static func convolutionAndBatchNorm(_ layers: ArraySlice<any Layer>) -> Fusion? {
    guard let convolution = (layers.first as? Conv2d)?.convolution,
      convolution.groups == 1 || convolution.hasNarrowGroups,
      let norm = layers.dropFirst().first as? BatchNorm, norm.statistics == .batch
    else { return nil }
    let hasReLU = layers.dropFirst(2).first is ReLU
    return Fusion(layers: Array(layers.prefix(hasReLU ? 3 : 2)), ticks: 2) {
      let pass = convolution.makePass(&$0, batch: $1, wantsInputGradient: $2, follower: DPT_NORMALIZED, before: $3)
      return ConvolutionAndBatchNormPass(
        pass, BatchNormPass(norm, &$0, batch: $1, wantsInputGradient: true, appliesReLU: hasReLU))
    }
  }

  /// A ReLU that the layer before it applies as it writes its outputs, which saves a pass over memory. Gradients of 0 may
  /// have another sign than behind a ReLU by itself.
  private static func withReLU(_ layers: ArraySlice<any Layer>) -> Fusion? {
    guard layers.dropFirst().first is ReLU else { return nil }
    let both = Array(layers.prefix(2))
    switch both[0] {
    case let layer as Conv1d:
      return Fusion(layers: both) {
        layer.convolution.makePass(&$0, batch: $1, wantsInputGradient: $2, appliesReLU: true, before: $3)
      }
    case let layer as Conv2d:
      return Fusion(layers: both) {
        layer.convolution.makePass(&$0, batch: $1, wantsInputGradient: $2, appliesReLU: true, before: $3)
      }
    case let layer as Residual:
      return Fusion(layers: both) { plan, batch, wantsInputGradient, _ in
        ResidualPass(layer, &plan, batch: batch, wantsInputGradient: wantsInputGradient, appliesReLU: true)
      }
    case let layer as BatchNorm:
      return Fusion(layers: both) { plan, batch, wantsInputGradient, _ in
        BatchNormPass(layer, &plan, batch: batch, wantsInputGradient: wantsInputGradient, appliesReLU: true)
      }
    default: return nil
    }
  }
}
