import CKernels

/// A view of activations or their gradients: `steps` × `batch` × `positions` rows of `columns` values.
///
/// Row (t, b, p) is row (t · batch + b) · positions + p; rows are `stride` values apart. Sequences have steps (time-major, so
/// that one step's rows are contiguous), images have positions (height · width pixels), vectors have neither. A view does not
/// own its memory. Kernels work in groups of 16 columns, so 16 values after the last row are readable and writable. Values
/// in a row after its columns are finite but meaningless.
///
/// Sequences of different lengths are a *ragged* view: sample after sample, each with its own steps and no padding. Row (t, b)
/// is then row starts[b] + t.
public struct TensorView {
  /// The first row.
  public let base: Values
  /// The number of time steps, in a ragged view of the longest sample; 1 if the samples are not sequences.
  public let steps: Int
  /// The number of samples.
  public let batch: Int
  /// The number of rows of one sample at one step: the pixels of an image, otherwise 1.
  public let positions: Int
  /// The number of valid values in a row.
  public let columns: Int
  /// The distance between rows, in values.
  public let stride: Int
  /// Where each sample's rows start, and behind them the number of all rows (batch + 1 numbers); nil if the view is not ragged.
  public let starts: UnsafePointer<Int32>?

  /// Makes a view.
  public init(
    base: Values, steps: Int = 1, batch: Int, positions: Int = 1, columns: Int, stride: Int
  ) {
    self.base = base
    self.steps = steps
    self.batch = batch
    self.positions = positions
    self.columns = columns
    self.stride = stride
    starts = nil
  }

  /// Makes a ragged view of `batch` samples, whose rows start at `starts`.
  public init(
    base: Values, starts: UnsafePointer<Int32>, batch: Int, columns: Int, stride: Int
  ) {
    let steps = (0..<batch).reduce(0) { max($0, Int(starts[$1 + 1] - starts[$1])) }
    self.init(base: base, starts: starts, steps: steps, batch: batch, columns: columns, stride: stride)
  }

  /// Makes a view of samples of which the longest has `steps` steps; ragged unless `starts` is nil.
  package init(
    base: Values, starts: UnsafePointer<Int32>?, steps: Int, batch: Int, positions: Int = 1,
    columns: Int, stride: Int
  ) {
    self.base = base
    self.starts = starts
    self.steps = steps
    self.batch = batch
    self.positions = positions
    self.columns = columns
    self.stride = stride
  }

  /// A view of `batch` samples of a shape, rows padded to whole groups of lanes.
  public init(base: Values, shape: Shape, batch: Int) {
    self.init(
      base: base, steps: shape.steps, batch: batch, positions: shape.positions, columns: shape.features,
      stride: paddedToLanes(shape.features))
  }

  /// A view of other memory with the same steps, samples and positions, rows padded to whole groups of lanes.
  public func with(base: Values, columns: Int) -> TensorView {
    with(base: base, columns: columns, stride: paddedToLanes(columns))
  }

  /// A view of other memory with the same steps, samples and positions.
  public func with(base: Values, columns: Int, stride: Int) -> TensorView {
    TensorView(
      base: base, starts: starts, steps: steps, batch: batch, positions: positions, columns: columns, stride: stride)
  }

  /// The number of rows.
  public var rows: Int { starts.map { Int($0[batch]) } ?? steps * batch * positions }

  /// The number of a sample's steps.
  public func steps(ofSample sample: Int) -> Int { starts.map { Int($0[sample + 1] - $0[sample]) } ?? steps }

  /// The index of a row.
  public func index(step: Int = 0, sample: Int, position: Int = 0) -> Int {
    starts.map { Int($0[sample]) + step } ?? (step * batch + sample) * positions + position
  }

  /// The values from the first one of a row on.
  public func row(step: Int = 0, sample: Int, position: Int = 0) -> Values {
    base + index(step: step, sample: sample, position: position) * stride
  }

  /// The rows as kernels take them that do not know of ragged views: those of a ragged view as if each were a sample.
  public var asRows: TensorView {
    starts == nil ? self : TensorView(base: base, batch: rows, columns: columns, stride: stride)
  }

  /// One value; what is written is rounded to the view's precision.
  public subscript(row: Int, column: Int) -> Float {
    get { base[row * stride + column] }
    nonmutating set { base[row * stride + column] = newValue }
  }

  /// The indices of a sample's rows: one for each step or pixel.
  public func rows(ofSample sample: Int) -> some Sequence<Int> {
    (0..<steps(ofSample: sample) * positions).lazy.map { place in
      index(step: place / positions, sample: sample, position: place % positions)
    }
  }
}

// MARK: Views of floats

extension TensorView {
  /// Makes a view of floats.
  public init(
    base: UnsafeMutablePointer<Float>, steps: Int = 1, batch: Int, positions: Int = 1, columns: Int, stride: Int
  ) {
    self.init(
      base: Values(base), steps: steps, batch: batch, positions: positions, columns: columns, stride: stride)
  }

  /// Makes a ragged view of floats.
  public init(
    base: UnsafeMutablePointer<Float>, starts: UnsafePointer<Int32>, batch: Int, columns: Int, stride: Int
  ) {
    self.init(base: Values(base), starts: starts, batch: batch, columns: columns, stride: stride)
  }

  /// A view of floats: `batch` samples of a shape, rows padded to whole groups of lanes.
  public init(base: UnsafeMutablePointer<Float>, shape: Shape, batch: Int) {
    self.init(base: Values(base), shape: shape, batch: batch)
  }

  /// A view of floats with the same steps, samples and positions, rows padded to whole groups of lanes.
  public func with(base: UnsafeMutablePointer<Float>, columns: Int) -> TensorView {
    with(base: Values(base), columns: columns)
  }

  /// A view of floats with the same steps, samples and positions.
  public func with(base: UnsafeMutablePointer<Float>, columns: Int, stride: Int) -> TensorView {
    with(base: Values(base), columns: columns, stride: stride)
  }
}

/// `count` rounded up to whole groups of 16 lanes.
public func paddedToLanes(_ count: Int) -> Int {
  (count + Int(DPT_LANES) - 1) / Int(DPT_LANES) * Int(DPT_LANES)
}
