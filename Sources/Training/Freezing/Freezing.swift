import Layers

/// The parameters and buffers that are frozen for the first steps of a training, or for all.
public struct Freezing {
  private let tensors: [Parameter]
  /// The number of steps after which they are not; `Int.max` for never.
  public let steps: Int

  /// The number of frozen values that would be learned.
  public let count: Int
  /// The bytes on each machine, for each part of the data, for what the frozen layers at the start make of the samples.
  let cacheBytes: Int

  /// What is frozen in a model now, for some steps; nil if nothing is. What the frozen layers at the start make of the samples
  /// is kept if it takes at most `cacheBytes` on each machine.
  public init?(of model: Model, steps: Int, cacheBytes: Int = 0) {
    self.cacheBytes = cacheBytes
    tensors = (model.parameters + model.buffers).filter(\.isFrozen)
    self.steps = steps
    count = model.parameters.reduce(0) { $0 + ($1.isFrozen ? $1.count : 0) }
    if tensors.isEmpty { return nil }
  }

  /// Whether they are frozen in the step that follows `count` steps.
  func holds(after count: Int) -> Bool { count < steps }

  /// Freezes or releases them for the step that follows `count` steps.
  func apply(after count: Int) {
    let isFrozen = holds(after: count)
    for tensor in tensors { tensor.isFrozen = isFrozen }
  }
}
