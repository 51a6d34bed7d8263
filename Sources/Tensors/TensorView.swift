import CKernels

/// A view of activations or their gradients: `steps` × `batch` rows of `columns` floats, `stride` floats apart.
///
/// Row (t, b) of a sequence is row t · batch + b (time-major), so that one step's rows are contiguous. A view does not
/// own its memory; 16 floats behind the last row are readable and writable (kernels work in groups of 16 columns).
public struct TensorView {
  /// The first row.
  public let base: UnsafeMutablePointer<Float>
  /// Time steps; 1 where the samples are vectors.
  public let steps: Int
  /// Samples.
  public let batch: Int
  /// Valid floats of a row.
  public let columns: Int
  /// Distance of two rows in floats.
  public let stride: Int

  /// Makes a view.
  public init(base: UnsafeMutablePointer<Float>, steps: Int = 1, batch: Int, columns: Int, stride: Int) {
    self.base = base
    self.steps = steps
    self.batch = batch
    self.columns = columns
    self.stride = stride
  }

  /// Number of rows.
  public var rows: Int { steps * batch }

  /// The first float of row (step, sample).
  public func row(step: Int = 0, sample: Int) -> UnsafeMutablePointer<Float> {
    base + (step * batch + sample) * stride
  }
}

/// `count` rounded up to whole groups of 16 lanes.
public func paddedToLanes(_ count: Int) -> Int {
  (count + Int(DPT_LANES) - 1) / Int(DPT_LANES) * Int(DPT_LANES)
}
