import CKernels

/// A view of activations or their gradients: `steps` × `batch` × `positions` rows of `columns` floats.
///
/// Row (t, b, p) is row (t · batch + b) · positions + p; rows are `stride` floats apart. Sequences have steps (time-major, so
/// that one step's rows are contiguous), images have positions (height · width pixels), vectors have neither. A view does not
/// own its memory. Kernels work in groups of 16 columns, so 16 floats after the last row are readable and writable. Floats
/// in a row after its columns are finite but meaningless.
public struct TensorView {
  /// The first row.
  public let base: UnsafeMutablePointer<Float>
  /// The number of time steps; 1 if the samples are not sequences.
  public let steps: Int
  /// The number of samples.
  public let batch: Int
  /// The number of rows of one sample at one step: the pixels of an image, otherwise 1.
  public let positions: Int
  /// The number of valid floats in a row.
  public let columns: Int
  /// The distance between rows, in floats.
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

  /// A view of `batch` samples of a shape, rows padded to whole groups of lanes.
  public init(base: UnsafeMutablePointer<Float>, shape: Shape, batch: Int) {
    self.init(
      base: base, steps: shape.steps, batch: batch, positions: shape.positions, columns: shape.features,
      stride: paddedToLanes(shape.features))
  }

  /// A view of other memory with the same steps, samples and positions, rows padded to whole groups of lanes.
  public func with(base: UnsafeMutablePointer<Float>, columns: Int) -> TensorView {
    TensorView(
      base: base, steps: steps, batch: batch, positions: positions, columns: columns, stride: paddedToLanes(columns))
  }

  /// The number of rows.
  public var rows: Int { steps * batch * positions }

  /// A pointer to the first float of a row.
  public func row(step: Int = 0, sample: Int, position: Int = 0) -> UnsafeMutablePointer<Float> {
    base + ((step * batch + sample) * positions + position) * stride
  }

  /// One value.
  public subscript(row: Int, column: Int) -> Float {
    get { base[row * stride + column] }
    nonmutating set { base[row * stride + column] = newValue }
  }

  /// The indices of a sample's rows: one for each step or pixel.
  public func rows(ofSample sample: Int) -> some Sequence<Int> {
    (0..<steps * positions).lazy.map { [batch, positions] place in
      (place / positions * batch + sample) * positions + place % positions
    }
  }
}

extension TensorView {
  /// Sets the steps after each sample's length to zero.
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
