import CKernels
import Diagnostics
import Tensors

/// A window that slides over images or sequences: the kernel of a convolution or of a pooling layer.
///
/// The size rule, per axis: ⌊(H + P − D(K − 1) − 1) / S⌋ + 1, P being the zeros on both sides together; with `ceilMode` the
/// quotient is rounded up. Sequences are images of width 1.
public struct Window: Equatable, Sendable {
  /// One number for the height and one for the width.
  public struct Extent: Equatable, Sendable {
    /// Along the height, or the steps of a sequence.
    public var height: Int
    /// Along the width.
    public var width: Int

    /// Two numbers.
    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }

    /// The same number twice.
    public init(_ both: Int) {
      self.init(height: both, width: both)
    }
  }

  /// The zeros around an image.
  public struct Padding: Equatable, Sendable {
    /// Above the image and to its left; before a sequence's first step.
    public var before: Extent
    /// Below the image and to its right; behind a sequence's last step.
    public var behind: Extent

    /// Zeros before and behind.
    public init(before: Extent, behind: Extent) {
      self.before = before
      self.behind = behind
    }

    /// The same on both sides.
    public init(_ both: Extent) { self.init(before: both, behind: both) }

    /// The same number on all sides.
    public init(_ all: Int) { self.init(Extent(all)) }

    /// The same on both sides.
    public init(height: Int, width: Int) { self.init(Extent(height: height, width: width)) }
  }

  /// The zeros around a sequence.
  public enum StepPadding: Equatable, Sendable {
    /// So many at each end.
    case zeros(Int)
    /// At a stride of 1 as many in all as keep the number of steps: half of them at each end, and one more behind if
    /// they are odd.
    case same
    /// As many as for `same`, all of them before the first step: an output sees its own step and those before it.
    case causal
  }

  /// The zeros around an image.
  public enum PixelPadding: Equatable, Sendable {
    /// So many on both sides of each axis.
    case zeros(Extent)
    /// As many in all as keep the size at a stride of 1: half of them on each side, and one more behind if they are odd.
    case same
  }

  /// Taps.
  public var kernel: Extent
  /// Pixels from one place of the window to the next.
  public var stride: Extent
  /// Zeros around the image.
  public var padding: Padding
  /// Pixels from one tap to the next.
  public var dilation: Extent
  /// Whether the last place of the window may reach beyond the padding, so that it covers the last pixels; PyTorch's
  /// `ceil_mode`. It must begin before the padding behind the image. For pooling.
  public var ceilMode: Bool

  /// A window.
  public init(
    kernel: Extent, stride: Extent = Extent(1), padding: Padding = Padding(0), dilation: Extent = Extent(1),
    ceilMode: Bool = false
  ) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
  }

  /// A window over a sequence.
  public static func steps(
    kernel: Int, stride: Int = 1, padding: StepPadding = .zeros(0), dilation: Int = 1, ceilMode: Bool = false
  ) -> Window {
    // `outputShape` refuses numbers whose product overflows.
    let all = dilation &* (kernel - 1)
    let (before, behind) =
      switch padding {
      case .zeros(let count): (count, count)
      case .same: (all / 2, all - all / 2)
      case .causal: (all, 0)
      }
    return Window(
      kernel: Extent(height: kernel, width: 1), stride: Extent(height: stride, width: 1),
      padding: Padding(before: Extent(height: before, width: 0), behind: Extent(height: behind, width: 0)),
      dilation: Extent(height: dilation, width: 1), ceilMode: ceilMode)
  }

  /// A window over an image.
  public static func pixels(
    kernel: Extent, stride: Extent = Extent(1), padding: PixelPadding, dilation: Extent = Extent(1)
  ) -> Window {
    if case .zeros(let extent) = padding {
      return Window(kernel: kernel, stride: stride, padding: Padding(extent), dilation: dilation)
    }
    let (down, across) = (
      Window.steps(kernel: kernel.height, padding: .same, dilation: dilation.height).padding,
      Window.steps(kernel: kernel.width, padding: .same, dilation: dilation.width).padding
    )
    return Window(
      kernel: kernel, stride: stride,
      padding: Padding(
        before: Extent(height: down.before.height, width: across.before.height),
        behind: Extent(height: down.behind.height, width: across.behind.height)), dilation: dilation)
  }

  /// Number of taps.
  public var taps: Int { kernel.height * kernel.width }

  /// The shape of what the window gives for an input, with `features` channels.
  /// - Throws: `Failure` (configuration) where the window does not fit, naming both sizes and the rule.
  public func outputShape(for input: Shape, features: Int) throws -> Shape {
    try checkSizes()
    func size(_ name: String, _ size: Int, _ part: KeyPath<Extent, Int>) throws -> Int {
      let (taps, gap) = (kernel[keyPath: part], dilation[keyPath: part])
      let (before, behind) = (padding.before[keyPath: part], padding.behind[keyPath: part])
      let (step, padded) = (stride[keyPath: part], size + before + behind)
      let places = places(
        size, kernel: taps, stride: step, before: before, behind: behind, dilation: gap)
      guard places > 0 else {
        let pads = before == behind ? "2·\(before)" : "\(before) + \(behind)"
        let (open, close) = ceilMode ? ("⌈", "⌉") : ("⌊", "⌋")
        // Rounding up lets a window begin that lacks less than a stride.
        let least = gap * (taps - 1) + 1 - (ceilMode ? step - 1 : 0)
        throw Failure(
          .configuration,
          "the output's \(name) would be "
            + "\(open)(\(size) + \(pads) − \(gap)·(\(taps) − 1) − 1) / \(step)\(close) + 1, less than 1",
          advice: "the rule is \(open)(input + 2·padding − dilation·(kernel − 1) − 1) / stride\(close) + 1; "
            + "kernel can be at most \((padded - 1 + (ceilMode ? step - 1 : 0)) / gap + 1), "
            + "or padding must be at least \((least - padded + 1) / 2 + before)"
        )
      }
      return places
    }
    return try Window.outputShape(for: input, features: features, size: size)
  }

  /// The shape of what has `size` along each axis of an input, of which it is told name and size.
  /// - Throws: `Failure` (configuration) if the input has no such axes; errors of `size`.
  static func outputShape(
    for input: Shape, features: Int, size: (_ name: String, _ size: Int, _ part: KeyPath<Extent, Int>) throws -> Int
  ) throws -> Shape {
    if input.isSequence {
      return .sequence(steps: try size("steps", input.extents[0], \.height), features: features)
    }
    guard input.isImage else {
      throw Failure(.configuration, "\(input.text) is no image or sequence")
    }
    return .image(
      height: try size("height", input.extents[0], \.height), width: try size("width", input.extents[1], \.width),
      channels: features)
  }

  /// Checks that no number is too large to reckon with.
  /// - Throws: `Failure` (configuration) naming the number.
  func checkSizes() throws {
    for (name, extent) in [
      ("kernel", kernel), ("stride", stride), ("dilation", dilation), ("padding", padding.before),
      ("padding", padding.behind),
    ] {
      guard max(extent.height, extent.width) <= Window.largest else {
        throw Failure(
          .configuration, "a \(name) of \(max(extent.height, extent.width)) is too large",
          advice: "at most \(Window.largest)")
      }
    }
    if taps > Window.mostTaps {
      throw Failure(.configuration, "a kernel of \(taps) taps is too large", advice: "at most \(Window.mostTaps) taps")
    }
  }

  /// The places of the window within a sequence of `steps` steps; 0 if it does not fit.
  func steps(from steps: Int) -> Int {
    places(
      steps, kernel: kernel.height, stride: stride.height, before: padding.before.height,
      behind: padding.behind.height, dilation: dilation.height)
  }

  /// The places of the window along an axis of `size` pixels; 0 if it does not fit.
  private func places(_ size: Int, kernel: Int, stride: Int, before: Int, behind: Int, dilation: Int) -> Int {
    let room = size + before + behind - dilation * (kernel - 1) - 1 + (ceilMode ? stride - 1 : 0)
    guard room >= 0 else { return 0 }
    let places = room / stride + 1
    // As in PyTorch, the last one must not begin in the padding behind.
    return ceilMode && (places - 1) * stride >= size + before ? places - 1 : places
  }

  /// More than any image has, and small enough to reckon with.
  static let largest = 1 << 30

  /// As many as the kernels take.
  public static let mostTaps = 128

  /// The window over views of a precision and this many samples, as the kernels take it; `channels` and `outputs` of one group.
  func geometry(
    _ precision: Precision, input: Shape, output: Shape, batch: Int, inputStride: Int, outputStride: Int, channels: Int,
    outputs: Int, padded: Bool
  ) -> dpt_convolution {
    var g = dpt_convolution()
    g.precision = precision.kernel
    g.batch = batch
    g.channels = channels
    g.outputs = outputs
    let (size, outSize) = (Window.size(input), Window.size(output))
    (g.height, g.width) = (size.height, size.width)
    (g.outHeight, g.outWidth) = (outSize.height, outSize.width)
    // Sequences lie time-major: a line is a step, and an image a row of it.
    g.xStride = inputStride
    g.xLine = (input.isSequence ? batch : g.width) * inputStride
    g.xImage = input.isSequence ? inputStride : g.height * g.width * inputStride
    g.yStride = outputStride
    g.yLine = (output.isSequence ? batch : g.outWidth) * outputStride
    g.yImage = output.isSequence ? outputStride : g.outHeight * g.outWidth * outputStride
    g.xPadded = padded || channels.isMultiple(of: Int(DPT_LANES))
    g.yPadded = padded || outputs.isMultiple(of: Int(DPT_LANES))
    (g.kernelHeight, g.kernelWidth) = (kernel.height, kernel.width)
    (g.strideHeight, g.strideWidth) = (stride.height, stride.width)
    (g.paddingHeight, g.paddingWidth) = (padding.before.height, padding.before.width)
    g.hasPadding = padding != Padding(0)
    (g.behindHeight, g.behindWidth) = (padding.behind.height, padding.behind.width)
    (g.dilationHeight, g.dilationWidth) = (dilation.height, dilation.width)
    return g
  }

  /// The pixels of an image along both axes; a sequence is an image of width 1.
  static func size(_ shape: Shape) -> Extent {
    Extent(height: shape.extents[0], width: shape.isSequence ? 1 : shape.extents[1])
  }
}
