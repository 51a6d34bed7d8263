/// Turns gradients into changes of the parameters. Works on flat vectors, element by element.
public protocol Optimizer: AnyObject {
  /// Changes `parameters` in place by one step along `gradients` (the mean over the global batch).
  func step(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, count: Int, learningRate: Double)
}
