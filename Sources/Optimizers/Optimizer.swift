import Tensors

/// Turns gradients into changes of the parameters, all of them in one flat vector.
///
/// Parameters start on 64-byte boundaries with zeros between; every update keeps those zeros.
public protocol Optimizer: AnyObject {
  /// The steps made so far. A checkpoint keeps it beside `state`.
  var stepCount: Int { get set }
  /// What a checkpoint must keep: every vector that a step changes beside the parameters, in a fixed order.
  var state: [OptimizerState] { get }

  /// Changes `parameters` in place by one step along `gradients` (the mean over the global batch), and counts it.
  /// Allocates nothing.
  func step(parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, learningRate: Double)
}

/// One vector of an optimizer's state, as long as the parameters.
public struct OptimizerState {
  /// PyTorch's name, for example `exp_avg`.
  public let name: String
  /// The values; writing them restores the state.
  public let values: FloatBuffer
}
