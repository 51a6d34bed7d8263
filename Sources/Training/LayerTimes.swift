import Layers

/// Adds up how long each layer takes, for each pass. Allocates in the first step only.
public final class LayerTimes: LayerObserver {
  /// One layer's time and work.
  public struct Row {
    /// The layer.
    public let layer: any Layer
    /// How many layers hold it.
    public let depth: Int
    /// Seconds in each pass, all steps together, the layers within included.
    public fileprivate(set) var seconds = [Double](repeating: 0, count: LayerPass.allCases.count)
    /// Floating-point operations on this rank, all passes and steps together.
    public fileprivate(set) var operations = 0.0

    /// Seconds of one pass.
    public subscript(pass: LayerPass) -> Double { seconds[pass.rawValue] }
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
      for pass in LayerPass.allCases { rows[index].seconds[pass.rawValue] = 0 }
      rows[index].operations = 0
    }
  }

  /// Notes the time.
  public func layerBegins(_ layer: any Layer) {
    if numbers[ObjectIdentifier(layer)] == nil {
      numbers[ObjectIdentifier(layer)] = rows.count
      rows.append(Row(layer: layer, depth: starts.count))
    }
    starts.append(monotonicSeconds())
  }

  /// Adds the time since the beginning.
  public func layerEnds(_ layer: any Layer, _ pass: LayerPass, operations: Int) {
    guard let start = starts.popLast(), let number = numbers[ObjectIdentifier(layer)] else {
      preconditionFailure("a layer ends that has not begun")
    }
    rows[number].seconds[pass.rawValue] += monotonicSeconds() - start
    rows[number].operations += Double(operations)
  }
}
