import Tensors

/// What a layer is asked to do in a step.
public enum LayerPass: Int, CaseIterable, Sendable {
  /// Renewing what is derived from the parameters.
  case pack
  /// The outputs.
  case forward
  /// The gradients.
  case backward
}

/// Looks on as the layers of a model run, for example to time them. Layers within layers are seen too, between the
/// beginning and the end of the layer that holds them.
public protocol LayerObserver: AnyObject {
  /// A layer is about to work.
  func layerBegins(_ layer: any Layer)
  /// A layer has given its outputs for a batch; they are valid during the call. Of layers that run together (see
  /// `ArenaPlan.keepsOutputs`) only the last is seen to.
  func layer(_ layer: any Layer, gave outputs: TensorView)
  /// The layer that began last and has not ended is done, after so many floating-point operations.
  func layerEnds(_ layer: any Layer, _ pass: LayerPass, operations: Int)
}

extension LayerObserver {
  /// Does nothing.
  public func layer(_ layer: any Layer, gave outputs: TensorView) {}
}
