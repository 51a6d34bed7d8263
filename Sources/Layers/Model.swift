import Diagnostics
import Tensors

/// A stack of layers with their parameters in one flat vector.
public final class Model {
  /// A parameter under the name that PyTorch's `nn.Sequential` would give it, for example `0.weight_ih_l0`.
  public struct NamedParameter {
    /// The full name.
    public let name: String
    /// The parameter.
    public let parameter: Parameter
  }

  /// The shape of one input sample.
  public let inputShape: Shape
  /// The layers, first to last.
  public let layers: [any Layer]
  /// All parameters, in the order of the layers.
  public let parameters: [NamedParameter]
  /// The parameters' values, each parameter on a 64-byte boundary, zeros between.
  public let values: FloatBuffer

  /// Stacks layers; each must have been made for the shape that the one before it gives.
  /// - Throws: `Failure` (system) where there is not enough memory.
  public init(inputShape: Shape, layers: [any Layer]) throws {
    self.inputShape = inputShape
    self.layers = layers
    var named: [NamedParameter] = []
    var offset = 0
    for (index, layer) in layers.enumerated() {
      for parameter in layer.parameters {
        parameter.offset = offset
        offset += paddedToLanes(parameter.count)
        named.append(NamedParameter(name: "\(index).\(parameter.name)", parameter: parameter))
      }
    }
    parameters = named
    values = try FloatBuffer(count: offset)
  }

  /// The shape of one output sample.
  public var outputShape: Shape { layers.last?.outputShape ?? inputShape }

  /// Number of learned values, padding not counted.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.parameter.count } }

  /// A parameter's values.
  public func values(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: values.base + parameter.offset, count: parameter.count)
  }

  /// Draws all initial values; a function of the seed alone.
  public func initialize(seed: UInt64) {
    for (index, named) in parameters.enumerated() {
      named.parameter.initialization.fill(values(of: named.parameter), seed: seed, index: index)
    }
  }

  /// Reserves the memory of all layers for batches of up to `batch` samples.
  public func plan(_ plan: inout ArenaPlan, batch: Int) {
    for (index, layer) in layers.enumerated() {
      layer.plan(&plan, batch: batch, wantsInputGradient: index > 0)
    }
  }

  /// Renews what the layers derive from the parameters.
  public func pack(_ context: StepContext) {
    for layer in layers { layer.pack(context) }
  }

  /// The outputs for a batch.
  public func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
    var activation = input
    for layer in layers { activation = layer.forward(activation, context) }
    return activation
  }

  /// All parameters' gradients from the gradient of the outputs.
  public func backward(_ gradient: TensorView, _ context: StepContext) {
    var gradient = gradient
    for layer in layers.reversed() {
      guard let next = layer.backward(gradient, context) else { return }
      gradient = next
    }
  }
}
