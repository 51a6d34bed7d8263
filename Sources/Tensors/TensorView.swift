import CKernels

/// A view of activations or their gradients: `steps` × `batch` × `positions` rows of `columns` floats.
///
/// Row (t, b, p) is row (t · batch + b) · positions + p, `stride` floats behind the one before. Sequences have steps
/// (time-major, so that one step's rows are contiguous), images positions (height · width pixels of channels), vectors
/// neither. A view does not own its memory; 16 floats behind the last row are readable and writable (kernels work in
/// groups of 16 columns), and what lies in a row behind its columns is finite but means nothing.
public struct TensorView {
  /// The first row.
  public let base: UnsafeMutablePointer<Float>
  /// Time steps; 1 where the samples are no sequences.
  public let steps: Int
  /// Samples.
  public let batch: Int
  /// Rows of one sample at one step: the pixels of an image, else 1.
  public let positions: Int
  /// Valid floats of a row.
  public let columns: Int
  /// Distance of two rows in floats.
  public let stride: Int

  /// Makes a view.
  public init(
    base: UnsafeMutablePointer<Float>, steps: Int = 1, batch: Int, positions: Int = 1, columns: Int, stride: Int
  ) {
    self.base = base
    self.steps = steps
    self.batch = batch
    self.positions = positions
    self.columns = columns
    self.stride = stride
  }

  /// Rows for `batch` samples of a shape, padded to whole lanes.
  public init(base: UnsafeMutablePointer<Float>, shape: Shape, batch: Int) {
    self.init(
      base: base, steps: shape.steps, batch: batch, positions: shape.positions, columns: shape.features,
      stride: paddedToLanes(shape.features))
  }

  /// A view with this one's steps, samples and positions, and other memory; rows are padded to whole lanes.
  public func with(base: UnsafeMutablePointer<Float>, columns: Int) -> TensorView {
    TensorView(
      base: base, steps: steps, batch: batch, positions: positions, columns: columns, stride: paddedToLanes(columns))
  }

  /// Number of rows.
  public var rows: Int { steps * batch * positions }

  /// The first float of a row.
  public func row(step: Int = 0, sample: Int, position: Int = 0) -> UnsafeMutablePointer<Float> {
    base + ((step * batch + sample) * positions + position) * stride
  }

  /// One value.
  public subscript(row: Int, column: Int) -> Float {
    get { base[row * stride + column] }
    nonmutating set { base[row * stride + column] = newValue }
  }

  /// The rows of a sample: one for each step or pixel.
  public func rows(ofSample sample: Int) -> some Sequence<Int> {
    (0..<steps * positions).lazy.map { [batch, positions] place in
      (place / positions * batch + sample) * positions + place % positions
    }
  }
}

extension TensorView {
  /// Makes the steps behind each sample's length zeros.
  public func clear(behind lengths: UnsafePointer<Int32>) {
    let width = positions * stride
    for step in 0..<steps {
      for sample in 0..<batch where step >= Int(lengths[sample]) {
        (base + (step * batch + sample) * width).update(repeating: 0, count: width)
      }
    }
  }
}

/// `count` rounded up to whole groups of 16 lanes.
public func paddedToLanes(_ count: Int) -> Int {
  (count + Int(DPT_LANES) - 1) / Int(DPT_LANES) * Int(DPT_LANES)
}
