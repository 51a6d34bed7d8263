import Layers
import Tensors

/// Sequences of different lengths in a graph. As in training, all values after a sample's length are zero, so that
/// convolutions and means need no lengths.
extension ONNXGraph {
  /// A constant scalar.
  func scalar(_ value: Float) -> String {
    once("float \(value)") { constant(fresh("number"), shape: [], [value]) }
  }

  /// The lengths in 32 bits, as recurrent nodes need them.
  var lengths32: String? {
    lengths.map { lengths in once("\(lengths) of 32 bits") { node("Cast", [lengths], [.int("to", 6)]) } }
  }

  /// Which steps of a sequence are valid: bool, with the value's axes but size 1 for features; nil if all are.
  func mask(of value: ONNXValue) -> String? {
    guard let lengths else { return nil }
    return once("mask by \(lengths) of \(value.layout)") {
      let axis = ONNXValue.axes(value.layout, value.shape).firstIndex(of: "t") ?? 0
      let steps = node("Squeeze", [node("Shape", [value.name], [.int("start", axis), .int("end", axis + 1)])])
      let numbers = node("Range", [constant([0], isScalar: true), steps, constant([1], isScalar: true)])
      if value.layout == .stepsFirst {
        let valid = node("Less", [node("Unsqueeze", [numbers, constant([1])]), lengths])
        return node("Unsqueeze", [valid, constant([-1])])
      }
      let valid = node("Less", [numbers, node("Unsqueeze", [lengths, constant([1])])])
      return value.layout == .indices
        ? valid : node("Unsqueeze", [valid, constant([value.layout == .featuresFirst ? 1 : -1])])
    }
  }

  /// The value with `number` after each sample's length.
  func filled(_ value: ONNXValue, with number: Float = 0) -> ONNXValue {
    guard let mask = mask(of: value) else { return value }
    let filling = value.layout == .indices ? constant([0], isScalar: true) : scalar(number)
    return value.with(name: node("Where", [mask, value.name, filling]))
  }

  /// Updates the lengths after a layer. Returns its outputs with zeros after them.
  func followLengths(of layer: any Layer, gave output: ONNXValue) -> ONNXValue {
    guard let before = lengths else { return output }
    guard output.shape.isSequence else {
      lengths = nil
      return output
    }
    switch layer.lengthRule {
    case .window(let window):
      let pads = window.padding.before.height + window.padding.behind.height
      let room = pads - window.dilation.height * (window.kernel.height - 1) - 1
      let stride = window.stride.height
      let rounding = window.ceilMode ? stride - 1 : 0
      let places = node("Div", [node("Add", [before, constant([room + rounding])]), constant([stride])])
      let steps = node("Add", [places, constant([1])])
      lengths = steps
      if window.ceilMode {
        // The last place begins before the padding behind.
        let starts = node("Add", [before, constant([window.padding.before.height + stride - 1])])
        lengths = node("Min", [steps, node("Div", [starts, constant([stride])])])
      }
    case .parts: return output
    case .kept, .refused: break
    }
    // Recurrent nodes already give zeros there.
    return clearsSteps && !(layer is RecurrentLayer) ? filled(output) : output
  }
}
