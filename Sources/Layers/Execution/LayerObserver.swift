import Tensors

/// What a layer is asked to do in a step.
public enum LayerWork: Int, CaseIterable, Sendable {
  /// Renewing what is derived from the parameters.
  case pack
  /// The outputs.
  case forward
  /// The gradients.
  case backward
}

/// Looks on as the layers of a model run, for example to time them. Layers within layers are seen too, between the
/// beginning and the end of the layer that holds them. Layers that run as one are seen together.
public protocol LayerObserver: AnyObject {
  /// A layer is about to work, or several as one.
  func layersBegin(_ layers: [any Layer])
  /// The last of these layers has given its outputs for a batch; they are valid during the call. Where a plan keeps all
  /// outputs (`ArenaPlan.keepsOutputs`), further layers can only be ReLUs.
  func layers(_ layers: [any Layer], gave outputs: TensorView)
  /// The layers that began last and have not ended are done; `operations` are floating-point operations.
  func layersEnd(_ layers: [any Layer], _ work: LayerWork, operations: Int)
}

extension LayerObserver {
  /// Does nothing.
  public func layers(_ layers: [any Layer], gave outputs: TensorView) {}
}
