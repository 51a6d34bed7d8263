import Tensors

/// A weight for each column of a loss's outputs, in memory that kernels take: padded with zeros to whole groups of lanes.
final class ColumnWeights {
  /// Their sum.
  let sum: Float
  private let memory: UnsafeMutableBufferPointer<Float>

  /// Copies `values`, one for each column of outputs of a shape.
  init(_ values: [Double], for outputs: Shape) {
    precondition(values.count == outputs.features, "\(values.count) weights for \(outputs.features) outputs")
    sum = Float(values.reduce(0, +))
    memory = .allocate(capacity: paddedToLanes(values.count))
    memory.initialize(repeating: 0)
    for (index, value) in values.enumerated() { memory[index] = Float(value) }
  }

  deinit {
    memory.deallocate()
  }

  /// The weights, valid as long as this object lives.
  var base: UnsafePointer<Float>? { UnsafePointer(memory.baseAddress) }
}
