import Layers

/// Adds the times of each layer, for each kind of work. Allocates only in the first step.
public final class LayerTimes: LayerObserver {
  /// The time and work of one layer, or of several that run as one pass.
  public struct Row {
    /// The layers.
    public let layers: [any Layer]
    /// The number of its ancestor layers.
    public let depth: Int
    /// Seconds of each kind of work over all steps, including layers within.
    public fileprivate(set) var seconds = [Double](repeating: 0, count: LayerWork.allCases.count)
    /// Floating-point operations on this rank over all steps.
    public fileprivate(set) var operations = 0.0

    /// Seconds of one kind of work.
    public subscript(work: LayerWork) -> Double { seconds[work.rawValue] }
  }

  /// The rows in the order in which layers first began; parents come first.
  public private(set) var rows: [Row] = []
  private var numbers: [ObjectIdentifier: Int] = [:]
  private var starts: [Double] = []

  /// Times before the first step.
  public init() {}

  /// Sets the times to zero, but keeps the layers.
  public func reset() {
    for index in rows.indices {
      for work in LayerWork.allCases { rows[index].seconds[work.rawValue] = 0 }
      rows[index].operations = 0
    }
  }

  /// Notes the start of a layer's work.
  public func layersBegin(_ layers: [any Layer]) {
    if numbers[ObjectIdentifier(layers[0])] == nil {
      numbers[ObjectIdentifier(layers[0])] = rows.count
      rows.append(Row(layers: layers, depth: starts.count))
    }
    starts.append(monotonicSeconds())
  }

  /// Adds the time since the start of a layer's work.
  public func layersEnd(_ layers: [any Layer], _ work: LayerWork, operations: Int) {
    guard let start = starts.popLast(), let number = numbers[ObjectIdentifier(layers[0])] else {
      preconditionFailure("a layer ends that has not begun")
    }
    rows[number].seconds[work.rawValue] += monotonicSeconds() - start
    rows[number].operations += Double(operations)
  }
}
