import Diagnostics

/// The window of a convolution or pooling node, and the zeros around its input.
struct WindowAttributes {
  var kernel, stride, dilation: [Int]
  /// Zeros before and behind each axis.
  var before, behind: [Int]
  /// Whether sizes are rounded up.
  var isCeil: Bool

  /// The window of a node over a flow, whose pending padding is not counted.
  /// - Throws: `Failure` (data) if numbers are missing or impossible.
  init(_ node: ONNXNode, kernel: [Int]?, over form: Form) throws {
    let axes = form.spatialAxes.count
    func list(_ name: String, _ standard: Int, least: Int) throws -> [Int] {
      let values = node.ints(name) ?? Array(repeating: standard, count: axes)
      guard values.count == axes, values.allSatisfy({ (least...1 << 30).contains($0) }) else {
        throw node.failure("\(name) is \(values), for \(counted(axes, "number"))")
      }
      return values
    }
    if let kernel, node.has("kernel_shape"), node.ints("kernel_shape") != kernel {
      throw node.failure("kernel_shape is not that of its weights")
    }
    guard let kernel = kernel ?? node.ints("kernel_shape"), kernel.count == axes,
      kernel.allSatisfy({ (1...1 << 30).contains($0) })
    else { throw node.failure("its kernel is not \(counted(axes, "number"))", advice: "it must be for \(form.text)") }
    self.kernel = kernel
    stride = try list("strides", 1, least: 1)
    dilation = try list("dilations", 1, least: 1)
    let pads = node.ints("pads") ?? Array(repeating: 0, count: 2 * axes)
    guard pads.count == 2 * axes, pads.allSatisfy({ (0...1 << 30).contains($0) }) else {
      throw node.failure("pads is \(pads)", advice: "numbers below 0 crop the input, for which there is no layer")
    }
    (before, behind) = (Array(pads[..<axes]), Array(pads[axes...]))
    isCeil = node.int("ceil_mode", 0) != 0
    let automatic = node.string("auto_pad", "NOTSET")
    guard automatic.hasPrefix("SAME") else { return }
    for axis in 0..<axes {
      let all: Int
      if stride[axis] == 1 {
        all = extent(axis) - 1
      } else {
        guard let size = form.spatialSizes[axis] else {
          throw node.failure("auto_pad is \(automatic) with a stride, and the input's size is open")
        }
        all = max(0, ((size + stride[axis] - 1) / stride[axis] - 1) * stride[axis] + extent(axis) - size)
      }
      before[axis] = automatic == "SAME_LOWER" ? all - all / 2 : all / 2
      behind[axis] = all - before[axis]
    }
  }

  /// The pixels that the kernel reaches over. The bounds of the numbers keep it from overflowing.
  func extent(_ axis: Int) -> Int { dilation[axis] * (kernel[axis] - 1) + 1 }

  /// The sizes of what the window gives; nil where the input's is open.
  /// - Throws: `Failure` (data) if the window does not fit.
  func outputs(_ sizes: [Int?], _ node: ONNXNode) throws -> [Int?] {
    try sizes.enumerated().map { axis, size in
      guard let size else { return nil }
      let room = size + before[axis] + behind[axis] - extent(axis) + (isCeil ? stride[axis] - 1 : 0)
      guard room >= 0 else { throw node.failure("its window is larger than its input, \(size)") }
      let places = room / stride[axis] + 1
      return isCeil && (places - 1) * stride[axis] >= size + before[axis] ? places - 1 : places
    }
  }

  /// The value of a convolution's key `padding`; nil if there is none.
  var padding: ImportedLayer.Setting? {
    if before == behind { return .extent(before) }
    let axes = kernel.indices
    if stride.allSatisfy({ $0 == 1 }),
      axes.allSatisfy({ before[$0] == (extent($0) - 1) / 2 && before[$0] + behind[$0] == extent($0) - 1 })
    {
      return .word("same")
    }
    return axes.count == 1 && before[0] == extent(0) - 1 && behind[0] == 0 ? .word("causal") : nil
  }

  /// The zeros on both sides in messages.
  var sides: String { "\(before) before and \(behind) behind" }

  /// Adds zeros that a node before gives.
  mutating func add(_ padding: Flow.Padding, _ axes: [Axis]) {
    for (index, axis) in axes.enumerated() {
      before[index] += padding.before[axis] ?? 0
      behind[index] += padding.behind[axis] ?? 0
    }
  }
}
