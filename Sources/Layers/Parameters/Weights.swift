import Tensors

/// The values of a model's parameters and buffers, and the counts of its counters.
///
/// After a training step other ranks may still be sending values. `values` waits until all have arrived; only the update and
/// the layers of a training step, each of which waits for its own parameters, see them before.
public final class Weights {
  /// The buffers' values, each buffer on a 64-byte boundary, zeros between.
  public let bufferValues: FloatBuffer
  /// The parameters' values, some of which may still be arriving: for the update, and for layers that wait for their own.
  package let arrivingValues: FloatBuffer
  private let course: Course

  /// What weights share with those that follow them.
  private final class Course {
    var counts: [Int64]
    var arrival: (any WeightArrival)?
    var version = 0

    init(counts: [Int64]) { self.counts = counts }
  }

  private init(values: FloatBuffer, bufferValues: FloatBuffer, course: Course) {
    arrivingValues = values
    self.bufferValues = bufferValues
    self.course = course
  }

  /// Zeros: `valueCount` floats for parameters, `bufferCount` for buffers, `counterCount` counts.
  /// - Throws: `Failure` (system) if memory is short.
  convenience init(valueCount: Int, bufferCount: Int, counterCount: Int) throws {
    self.init(
      values: try FloatBuffer(count: valueCount), bufferValues: try FloatBuffer(count: bufferCount),
      course: Course(counts: Array(repeating: 0, count: counterCount)))
  }

  /// Room for a copy of other weights.
  /// - Throws: `Failure` (system) if memory is short.
  package convenience init(roomFor other: Weights) throws {
    try self.init(
      valueCount: other.arrivingValues.count, bufferCount: other.bufferValues.count,
      counterCount: other.course.counts.count)
  }

  /// Other values in the same layout, such as an average, which have arrived when `other` has, and have its counts.
  package init(following other: Weights, values: FloatBuffer, bufferValues: FloatBuffer) {
    precondition(
      values.count == other.arrivingValues.count && bufferValues.count == other.bufferValues.count,
      "weights that follow others have their layout")
    arrivingValues = values
    self.bufferValues = bufferValues
    course = other.course
  }

  /// The parameters' values after the last step, each parameter on a 64-byte boundary, zeros between. Waits for those that
  /// other ranks are sending; the others need not read them, too. Valid until the next step.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  public var values: FloatBuffer {
    get throws {
      try awaitValues()
      return arrivingValues
    }
  }

  /// A parameter's or buffer's values, in the layout it has here; as `values`.
  /// - Throws: as `values`.
  public func values(of parameter: Parameter) throws -> UnsafeMutableBufferPointer<Float> {
    try awaitValues()
    return arrivingValues(of: parameter)
  }

  /// What the counters have counted, in their order.
  public var counts: [Int64] {
    _read { yield course.counts }
    _modify { yield &course.counts }
  }

  func arrivingValues(of parameter: Parameter) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: (parameter.isBuffer ? bufferValues : arrivingValues).base + parameter.offset, count: parameter.count)
  }

  /// Copies other weights of the same layout, once they have arrived. Allocates nothing.
  /// - Throws: as `values`.
  package func copy(_ other: Weights) throws {
    try arrivingValues.base.update(from: other.values.base, count: arrivingValues.count)
    bufferValues.base.update(from: other.bufferValues.base, count: bufferValues.count)
    // One by one: arrays that share their memory would be copied at the next step.
    for (index, count) in other.counts.enumerated() { counts[index] = count }
    noteChange()
  }

  // MARK: Arrival

  /// What brings the values that other ranks make; nil if none do.
  package var arrival: (any WeightArrival)? {
    get { course.arrival }
    set { course.arrival = newValue }
  }

  /// Waits until the parameters' values before an offset are those after the last step; without one, until all are.
  /// - Throws: as `values`.
  package func awaitValues(below offset: Int? = nil) throws { try course.arrival?.awaitValues(below: offset) }

  // MARK: Changes

  /// Differs whenever the values may have changed.
  package var version: Int { course.version }

  /// A training step begins, or values were written.
  package func noteChange() { course.version += 1 }
}

/// Brings values of weights that other ranks make.
package protocol WeightArrival: AnyObject {
  /// Waits until the values before an offset are here; without one, until all are.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  func awaitValues(below offset: Int?) throws
}
