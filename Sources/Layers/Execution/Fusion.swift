import CKernels
import Tensors

/// Neighbouring layers that run as one pass: faster, and to the bits of one after the other.
struct Fusion {
  /// The layers, in their order.
  let layers: [any Layer]
  /// Their ticks on the plan's clock. A ReLU that the layer before it applies has none.
  var ticks = 1
  /// Whether the pass can write its outputs to columns of wider rows.
  var writesColumns = false
  /// Makes the pass of all of them.
  let makePass: (_ plan: inout ArenaPlan, _ order: Order) -> any Pass

  /// What a pass is made for.
  struct Order {
    /// The largest number of samples.
    let batch: Int
    /// Whether the backward pass must give the gradient of the input.
    let wantsInputGradient: Bool
    /// The batch normalization before it, whose gradients' sums a convolution makes.
    let before: BatchNormPass?
    /// Where the outputs go; nil for rows of its own.
    let output: OutputRows?
  }

  /// Whether an embedding is among the layers or within them.
  var readsIndices: Bool { layers.nested.contains { $0 is Embedding } }

  /// The pass of all of them in the plan's precision, for inputs of a shape: that of floats, widened, if a layer knows only these.
  func makePass(_ plan: inout ArenaPlan, input: Shape, _ order: Order) -> any Pass {
    guard plan.precision.isRounded, let last = layers.last, !layers.allSatisfy(\.takesRoundedValues) else {
      return makePass(&plan, order)
    }
    return WidenedPass(
      &plan, input: input, output: last.outputShape, batch: order.batch, wantsInputGradient: order.wantsInputGradient
    ) { makePass(&$0, order) }
  }

  /// What the first of these layers runs in: the first fusion that fits, else a pass of its own. With `keepsOutputs` no
  /// fusion hides what lies between its layers, but for what a ReLU rectifies.
  static func first(in layers: ArraySlice<any Layer>, keepsOutputs: Bool) -> Fusion? {
    guard let first = layers.first else { return nil }
    let fusions = keepsOutputs ? [withReLU] : [convolutionAndMaxPool, convolutionAndBatchNorm, withReLU]
    return fusions.lazy.compactMap { $0(layers) }.first
      ?? alone(first, keepsOutputs: keepsOutputs)
  }

  /// All fusions of some layers, in their order.
  static func all(of layers: [any Layer], keepsOutputs: Bool) -> [Fusion] {
    var fusions: [Fusion] = []
    var rest = layers[...]
    while let fusion = first(in: rest, keepsOutputs: keepsOutputs) {
      rest = rest.dropFirst(fusion.layers.count)
      fusions.append(fusion)
    }
    return fusions
  }

  /// A layer by itself.
  private static func alone(_ layer: any Layer, keepsOutputs: Bool) -> Fusion {
    guard let placed = layer as? any PlacedLayer, placed.writesColumns(keepsOutputs: keepsOutputs) else {
      return Fusion(layers: [layer]) {
        layer.makePass(&$0, batch: $1.batch, wantsInputGradient: $1.wantsInputGradient)
      }
    }
    return Fusion(layers: [layer], writesColumns: true) {
      placed.makePass(&$0, batch: $1.batch, wantsInputGradient: $1.wantsInputGradient, output: $1.output)
    }
  }

  /// A convolution of images, a ReLU or none, and max pooling, which reads what lies between where the caches still hold it.
  private static func convolutionAndMaxPool(_ layers: ArraySlice<any Layer>) -> Fusion? {
    guard let convolution = (layers.first as? Conv2d)?.convolution, convolution.groups == 1 else { return nil }
    let hasReLU = layers.dropFirst().first is ReLU
    let count = hasReLU ? 3 : 2
    guard let pool = layers.dropFirst(count - 1).first as? MaxPool else { return nil }
    return Fusion(layers: Array(layers.prefix(count)), ticks: 2, writesColumns: true) {
      ConvolutionAndMaxPoolPass(
        convolution, appliesReLU: hasReLU, pool, &$0, batch: $1.batch, wantsInputGradient: $1.wantsInputGradient,
        before: $1.before, output: $1.output)
    }
  }

  /// A convolution of images, batch normalization over the batch, and a ReLU or none.
  private static func convolutionAndBatchNorm(_ layers: ArraySlice<any Layer>) -> Fusion? {
    guard let convolution = (layers.first as? Conv2d)?.convolution,
      convolution.groups == 1 || convolution.hasNarrowGroups,
      let norm = layers.dropFirst().first as? BatchNorm, norm.statistics == .batch
    else { return nil }
    let hasReLU = layers.dropFirst(2).first is ReLU
    return Fusion(layers: Array(layers.prefix(hasReLU ? 3 : 2)), ticks: 2, writesColumns: true) {
      let pass = convolution.makePass(
        &$0, batch: $1.batch, wantsInputGradient: $1.wantsInputGradient, follower: DPT_NORMALIZED, before: $1.before)
      return ConvolutionAndBatchNormPass(
        pass,
        BatchNormPass(
          norm, &$0, batch: $1.batch, wantsInputGradient: true, appliesReLU: hasReLU, output: $1.output))
    }
  }

  /// A ReLU that the layer before it applies as it writes its outputs, which saves a pass over memory. Gradients of 0 may
  /// have another sign than behind a ReLU by itself.
  private static func withReLU(_ layers: ArraySlice<any Layer>) -> Fusion? {
    guard layers.dropFirst().first is ReLU else { return nil }
    let both = Array(layers.prefix(2))
    switch both[0] {
    case let layer as Conv1d: return rectified(layer.convolution, both)
    case let layer as Conv2d: return rectified(layer.convolution, both)
    case let layer as Residual:
      return Fusion(layers: both) {
        ResidualPass(
          layer, &$0, batch: $1.batch, wantsInputGradient: $1.wantsInputGradient, appliesReLU: true)
      }
    case let layer as BatchNorm:
      return Fusion(layers: both) {
        BatchNormPass(
          layer, &$0, batch: $1.batch, wantsInputGradient: $1.wantsInputGradient, appliesReLU: true)
      }
    default: return nil
    }
  }

  private static func rectified(_ convolution: Convolution, _ layers: [any Layer]) -> Fusion {
    Fusion(layers: layers, writesColumns: convolution.writesColumns(appliesReLU: true)) {
      convolution.makePass(
        &$0, batch: $1.batch, wantsInputGradient: $1.wantsInputGradient, appliesReLU: true, before: $1.before,
        output: $1.output)
    }
  }
}
