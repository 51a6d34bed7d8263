import Layers

/// Adds up how long each layer takes, for each pass. Allocates in the first step only.
public final class LayerTimes: LayerObserver {
  /// The time and work of one layer, or of several that run as one.
  public struct Row {
    /// The layers.
    public let layers: [any Layer]
    /// How many layers hold it.
    public let depth: Int
    /// Seconds in each pass, all steps together, the layers within included.
    public fileprivate(set) var seconds = [Double](repeating: 0, count: LayerWork.allCases.count)
    /// Floating-point operations on this rank, all passes and steps together.
    public fileprivate(set) var operations = 0.0

    /// Seconds of one kind of work.
    public subscript(work: LayerWork) -> Double { seconds[work.rawValue] }
  }

  /// The layers in the order in which they began first, each before those within it.
  public private(set) var rows: [Row] = []
  private var numbers: [ObjectIdentifier: Int] = [:]
  private var starts: [Double] = []

  /// Nothing seen so far.
  public init() {}

  /// Forgets the times, but not the layers.
  public func reset() {
    for index in rows.indices {
      for work in LayerWork.allCases { rows[index].seconds[work.rawValue] = 0 }
      rows[index].operations = 0
    }
  }

  /// Notes the time.
  public func layersBegin(_ layers: [any Layer]) {
    if numbers[ObjectIdentifier(layers[0])] == nil {
      numbers[ObjectIdentifier(layers[0])] = rows.count
      rows.append(Row(layers: layers, depth: starts.count))
    }
    starts.append(monotonicSeconds())
  }

  /// Adds the time since the beginning.
  public func layersEnd(_ layers: [any Layer], _ work: LayerWork, operations: Int) {
    guard let start = starts.popLast(), let number = numbers[ObjectIdentifier(layers[0])] else {
      preconditionFailure("a layer ends that has not begun")
    }
    rows[number].seconds[work.rawValue] += monotonicSeconds() - start
    rows[number].operations += Double(operations)
  }
}
