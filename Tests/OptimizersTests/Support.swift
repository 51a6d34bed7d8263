import Formats
import Foundation
import Optimizers

/// The ranges of three parameters of 37 values in a vector, each on a 64-byte boundary.
let segments = [0..<5, 16..<37, 48..<59]
let paddedCount = 64

/// An optimizer with options, and the name of PyTorch's numbers for it in optimizers.npz, if there are any.
struct OptimizerCase: Sendable, CustomStringConvertible {
  let name: String
  let isInPyTorch: Bool
  let make: @Sendable (_ count: Int, _ segments: [Range<Int>]) throws -> any Optimizer

  var description: String { name }

  init(
    _ name: String, isInPyTorch: Bool = true,
    _ make: @escaping @Sendable (_ count: Int, _ segments: [Range<Int>]) throws -> any Optimizer
  ) {
    self.name = name
    self.isInPyTorch = isInPyTorch
    self.make = make
  }

  static let all = [
    OptimizerCase("sgd") { count, _ in try SGD(count: count) },
    OptimizerCase("sgd-decay") { count, _ in try SGD(count: count, weightDecay: 0.1) },
    OptimizerCase("sgd-momentum") { count, _ in try SGD(count: count, momentum: 0.9, weightDecay: 0.01) },
    OptimizerCase("sgd-nesterov") { count, _ in
      try SGD(count: count, momentum: 0.9, nesterov: true, weightDecay: 0.01)
    },
    OptimizerCase("rmsprop") { count, _ in try RMSprop(count: count) },
    OptimizerCase("rmsprop-decay") { count, _ in
      try RMSprop(count: count, alpha: 0.9, epsilon: 1e-3, weightDecay: 0.01)
    },
    OptimizerCase("rmsprop-momentum") { count, _ in try RMSprop(count: count, alpha: 0.9, momentum: 0.8) },
    OptimizerCase("rmsprop-centered") { count, _ in try RMSprop(count: count, alpha: 0.9, centered: true) },
    OptimizerCase("rmsprop-all") { count, _ in
      try RMSprop(count: count, alpha: 0.9, epsilon: 1e-3, weightDecay: 0.01, momentum: 0.8, centered: true)
    },
    OptimizerCase("adam") { count, _ in try Adam(count: count) },
    OptimizerCase("adam-all") { count, _ in
      try Adam(count: count, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1)
    },
    OptimizerCase("adamw") { count, _ in try AdamW(count: count) },
    OptimizerCase("adamw-all") { count, _ in
      try AdamW(count: count, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.3)
    },
    OptimizerCase("lars", isInPyTorch: false) { count, segments in
      try LARS(count: count, segments: segments, trustCoefficient: 0.02, momentum: 0.8, weightDecay: 0.1)
    },
    OptimizerCase("lamb", isInPyTorch: false) { count, segments in
      try LAMB(count: count, segments: segments, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1)
    },
  ]
}

/// An array of one of the files in Tests/Reference.
func reference(_ array: String, of file: String) throws -> [Double] {
  let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Reference/\(file)").path
  return try NPZArchive(contentsOf: path).array(array).doubles()
}

/// Values in the segments of a padded vector, zeros between.
func padded(_ values: some Collection<Float>) -> [Float] {
  var result = [Float](repeating: 0, count: paddedCount)
  var rest = values[...]
  for segment in segments {
    result.replaceSubrange(segment, with: rest.prefix(segment.count))
    rest = rest.dropFirst(segment.count)
  }
  return result
}

/// The values in the segments of a padded vector.
func unpadded<T>(_ vector: [T]) -> [T] {
  segments.flatMap { vector[$0] }
}
