import Layers
import Tensors

/// The weights before and after a step, and its gradient.
public struct TensorReport {
  /// The step's number, from 1.
  public let step: Int
  /// The epoch's number, from 1.
  public let epoch: Int
  /// The model with its parameters' values after the step.
  public let model: Model
  /// The mean gradient over the step's samples, before clipping, laid out as `model.weights.values`.
  public let gradient: FloatBuffer
  /// The values of `model` before the step.
  public let former: FloatBuffer

  /// A parameter's gradient, in the parameter's layout.
  public func gradient(of parameter: Parameter) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: gradient.base + parameter.offset, count: parameter.count)
  }
}
