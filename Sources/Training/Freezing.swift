import Layers

/// The parameters and buffers that are frozen for the first steps of a training, or for all.
public struct Freezing {
  private let tensors: [Parameter]
  /// The number of steps after which they are not; `Int.max` for never.
  public let steps: Int

  /// The number of frozen values that would be learned.
  public let count: Int

  /// What is frozen in a model now, for some steps; nil if nothing is.
  public init?(of model: Model, steps: Int) {
    tensors = (model.parameters + model.buffers).filter(\.isFrozen)
    self.steps = steps
    count = model.parameters.reduce(0) { $0 + ($1.isFrozen ? $1.count : 0) }
    if tensors.isEmpty { return nil }
  }

  /// Freezes or releases them for the step that follows `count` steps.
  func apply(after count: Int) {
    let isFrozen = count < steps
    for tensor in tensors { tensor.isFrozen = isFrozen }
  }
}
