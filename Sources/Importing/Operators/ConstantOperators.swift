import Diagnostics
import Foundation

/// Nodes that do not depend on the network's input, but perhaps on its shape or on the samples' lengths.
extension NetworkReader {
  func readWithoutFlow(_ node: ONNXNode, _ given: [Datum]) throws {
    // The numbers of the steps are only good for comparing them with lengths.
    if node.type == "Range" || given.contains(where: { if case .lengths = $0 { true } else { false } }) {
      for output in node.outputs.indices { give(node, .lengths, output: output) }
      return
    }
    if let datum = try fixed(node, given) { return give(node, datum) }
    if let datum = try sizes(node, given) { return give(node, datum) }
    if let datum = try filled(node, given) { return give(node, datum) }
    throw node.failure("constants cannot be computed by this operator", advice: "simplify the model, as onnxsim does")
  }

  // MARK: Constants

  private func fixed(_ node: ONNXNode, _ given: [Datum]) throws -> Datum? {
    if node.type == "Constant" { return try literal(node) }
    let tensors = given.compactMap { if case .constant(let tensor) = $0 { tensor } else { nil } }
    guard tensors.count == given.count, let first = tensors.first else { return nil }
    switch node.type {
    case "Identity", "Cast": return .constant(first)
    case "Transpose":
      let order = node.ints("perm") ?? first.shape.indices.reversed()
      guard order.sorted() == Array(first.shape.indices) else { throw node.failure("perm is \(order)") }
      try count(first.count, computedBy: node)
      return .constant(first.transposed(order))
    case "Unsqueeze":
      let axes = try ints(node, "axes", orInput: 1) ?? []
      let rank = first.shape.count + axes.count
      let places = Set(axes.map { $0 < 0 ? $0 &+ rank : $0 })
      guard places.count == axes.count, places.allSatisfy({ (0..<rank).contains($0) }) else {
        throw node.failure("axes are \(axes)")
      }
      var rest = first.shape[...]
      return .constant(first.reshaped((0..<rank).map { places.contains($0) ? 1 : rest.popFirst() ?? 1 }))
    case "Squeeze", "Reshape", "Flatten":
      guard first.count > 1 || node.type != "Squeeze" else { return .constant(first.reshaped([])) }
      guard let shape = try newShape(node, first) else { return nil }
      return .constant(first.reshaped(shape))
    case "ConstantOfShape":
      guard first.count <= 16 else { throw node.failure("its shape has \(first.count) axes") }
      return try constantOfShape(node, first.ints.map { .known($0) })
    case "Expand":
      guard tensors.count == 2, tensors[1].count <= 16,
        let tensor = ConstantTensor(shape: tensors[1].ints, filledLike: first)
      else {
        return nil
      }
      return .constant(tensor)
    case "Concat", "Slice":
      guard tensors.allSatisfy({ !$0.isWhole }) || node.type == "Slice" && !first.isWhole else { return nil }
      return try node.type == "Slice" ? sliced(node, first) : concatenated(node, tensors)
    case "Shape": return .sizes(first.shape.map { .known($0) }, isScalar: false)
    case "Sqrt", "Neg", "Reciprocal", "Exp":
      guard !first.isWhole else { return nil }
      try count(first.count, computedBy: node)
      return .constant(ConstantTensor(shape: first.shape, floats: first.floats.map(function(node.type))))
    case "Add", "Sub", "Mul", "Div":
      guard tensors.count == 2, !first.isWhole, !tensors[1].isWhole else { return nil }
      return try arithmetic(node, first, tensors[1]).map { .constant($0) }
    default: return nil
    }
  }

  private func function(_ type: String) -> (Float) -> Float {
    switch type {
    case "Sqrt": { $0.squareRoot() }
    case "Neg": { -$0 }
    case "Reciprocal": { 1 / $0 }
    default: { Float(exp(Double($0))) }
    }
  }

  private func newShape(_ node: ONNXNode, _ tensor: ConstantTensor) throws -> [Int]? {
    switch node.type {
    case "Squeeze": return tensor.shape.filter { $0 != 1 }
    case "Flatten": return nil
    default:
      guard var shape = try ints(node, "shape", orInput: 1), shape.count(where: { $0 == -1 }) <= 1 else { return nil }
      for index in shape.indices where shape[index] == 0 && index < tensor.shape.count {
        shape[index] = tensor.shape[index]
      }
      if let open = shape.firstIndex(of: -1) {
        shape[open] = 1
        guard let rest = checkedProduct(shape), rest > 0 else { return nil }
        shape[open] = tensor.count / rest
      }
      guard checkedProduct(shape) == tensor.count else { throw node.failure("the shape \(shape) does not fit") }
      return shape
    }
  }

  /// A constant's parts from the starts to the ends; weights of recurrent layers are put together of such.
  private func sliced(_ node: ONNXNode, _ tensor: ConstantTensor) throws -> Datum? {
    guard let starts = try ints(node, "starts", orInput: 1), let ends = try ints(node, "ends", orInput: 2),
      starts.count == ends.count
    else { return nil }
    let axes = try ints(node, "axes", orInput: 3) ?? Array(starts.indices)
    let steps = opset >= 10 ? try constant(node, 4)?.ints ?? [1] : [1]
    guard axes.count == starts.count, steps.allSatisfy({ $0 == 1 }) else { return nil }
    var result = tensor
    for (given, (start, end)) in zip(axes, zip(starts, ends)) {
      let shape = result.shape
      let axis = given < 0 ? given &+ shape.count : given
      guard shape.indices.contains(axis) else { return nil }
      let size = shape[axis]
      func place(_ index: Int) -> Int { min(size, max(0, index < 0 ? index &+ size : index)) }
      let range = place(start)..<max(place(start), place(end))
      try count(result.count, computedBy: node)
      let inner = shape[(axis + 1)...].reduce(1, *)
      let values = result.floats
      var parts: [Float] = []
      for outer in 0..<shape[..<axis].reduce(1, *) {
        let first = outer * size
        parts += values[(first + range.lowerBound) * inner..<(first + range.upperBound) * inner]
      }
      var smaller = shape
      smaller[axis] = range.count
      result = ConstantTensor(shape: smaller, floats: parts)
    }
    return .constant(result)
  }

  private func concatenated(_ node: ONNXNode, _ tensors: [ConstantTensor]) throws -> Datum? {
    let shape = tensors[0].shape
    let given = node.int("axis", 1)
    let axis = given < 0 ? given &+ shape.count : given
    guard shape.indices.contains(axis),
      tensors.allSatisfy({ tensor in
        tensor.shape.count == shape.count && shape.indices.allSatisfy { $0 == axis || tensor.shape[$0] == shape[$0] }
      })
    else { return nil }
    try count(tensors.reduce(0) { $0 + $1.count }, computedBy: node)
    let parts = tensors.map { (values: $0.floats, width: $0.shape[axis...].reduce(1, *)) }
    var values: [Float] = []
    for row in 0..<shape[..<axis].reduce(1, *) {
      for part in parts { values += part.values[row * part.width..<(row + 1) * part.width] }
    }
    var joined = shape
    joined[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
    guard checkedProduct(joined) != nil else { return nil }
    return .constant(ConstantTensor(shape: joined, floats: values))
  }

  private func arithmetic(_ node: ONNXNode, _ a: ConstantTensor, _ b: ConstantTensor) throws -> ConstantTensor? {
    guard a.shape == b.shape || a.count == 1 || b.count == 1 else { return nil }
    let shape = a.count >= b.count ? a.shape : b.shape
    let size = max(a.count, b.count)
    try count(size, computedBy: node)
    let (x, y) = (a.floats, b.floats)
    guard !x.isEmpty, !y.isEmpty else { return nil }
    let values = (0..<size).map { index -> Float in
      let (x, y) = (x[x.count == 1 ? 0 : index], y[y.count == 1 ? 0 : index])
      return switch node.type {
      case "Add": x + y
      case "Sub": x - y
      case "Mul": x * y
      default: x / y
      }
    }
    return ConstantTensor(shape: shape, floats: values)
  }

  private func literal(_ node: ONNXNode) throws -> Datum {
    if let tensor = node.tensor("value") {
      return .constant(try ConstantTensor(tensor, what: "the constant of \(node.place)"))
    }
    if node.has("value_float") { return .constant(ConstantTensor(shape: [], floats: [node.float("value_float", 0)])) }
    if node.has("value_int") { return .constant(ConstantTensor(shape: [], ints: [node.int("value_int", 0)])) }
    if let values = node.floats("value_floats") {
      return .constant(ConstantTensor(shape: [values.count], floats: values))
    }
    if let values = node.ints("value_ints") { return .constant(ConstantTensor(shape: [values.count], ints: values)) }
    throw node.failure("its value is no tensor of numbers")
  }

  private func constantOfShape(_ node: ONNXNode, _ sizes: [Dimension]) throws -> Datum {
    let value = try node.tensor("value").map { try ConstantTensor($0, what: "the value of \(node.place)") }
    let filling = value ?? ConstantTensor(shape: [1], floats: [0])
    let known = sizes.compactMap { if case .known(let size) = $0 { size } else { nil } }
    guard known.count == sizes.count else {
      guard let number = filling.scalar else { throw node.failure("its value is not one number") }
      return .fill(number)
    }
    guard let tensor = ConstantTensor(shape: known, filledLike: filling) else {
      throw node.failure("a constant of the shape \(known) is not possible")
    }
    return .constant(tensor)
  }

  // MARK: Sizes

  private func sizes(_ node: ONNXNode, _ given: [Datum]) throws -> Datum? {
    func list(_ datum: Datum) -> (sizes: [Dimension], isScalar: Bool)? {
      switch datum {
      case .sizes(let sizes, let isScalar): (sizes, isScalar)
      case .constant(let tensor) where tensor.isWhole && tensor.count <= 64 && tensor.shape.count < 2:
        (tensor.ints.map { .known($0) }, tensor.shape.isEmpty)
      default: nil
      }
    }
    let lists = given.compactMap(list)
    guard lists.count == given.count, let first = lists.first else { return nil }
    let all = first.sizes
    switch node.type {
    case "Identity", "Cast": return .sizes(all, isScalar: first.isScalar)
    case "Unsqueeze": return .sizes(all, isScalar: false)
    case "Squeeze": return .sizes(all, isScalar: all.count == 1)
    case "Concat": return .sizes(lists.flatMap(\.sizes), isScalar: false)
    case "Reshape": return all.count == 1 ? .sizes(all, isScalar: false) : nil
    case "Gather":
      guard lists.count == 2 else { return nil }
      let picked = try lists[1].sizes.map { place -> Dimension in
        guard case .known(let index) = place, (-all.count..<all.count).contains(index) else {
          throw node.failure("its place is not one of \(all.count)")
        }
        return all[index < 0 ? index + all.count : index]
      }
      return .sizes(picked, isScalar: lists[1].isScalar)
    case "Slice":
      let (starts, ends) = (try ints(node, "starts", orInput: 1), try ints(node, "ends", orInput: 2))
      let step = opset >= 10 ? try constant(node, 4)?.ints ?? [1] : [1]
      guard let start = starts?.first, let end = ends?.first, step == [1] else { return nil }
      func place(_ index: Int) -> Int { min(all.count, max(0, index < 0 ? index &+ all.count : index)) }
      return .sizes(place(start) < place(end) ? Array(all[place(start)..<place(end)]) : [], isScalar: false)
    case "ConstantOfShape": return try constantOfShape(node, all)
    case "Add", "Sub", "Mul", "Div":
      guard lists.count == 2, lists[1].sizes.count == 1 || all.count == 1 || lists[1].sizes.count == all.count else {
        return nil
      }
      let other = lists[1].sizes
      let count = all.isEmpty || other.isEmpty ? 0 : max(all.count, other.count)
      let results = (0..<count).map {
        result(node.type, all[all.count == 1 ? 0 : $0], other[other.count == 1 ? 0 : $0])
      }
      return .sizes(results, isScalar: first.isScalar && lists[1].isScalar)
    case "ReduceProd", "Floor", "Ceil", "Max", "Min", "Mod": return .sizes([.unknown], isScalar: true)
    default: return nil
    }
  }

  private func result(_ type: String, _ a: Dimension, _ b: Dimension) -> Dimension {
    if type == "Mul" || type == "Div", b == .known(1) { return a }
    if type == "Mul", a == .known(1) { return b }
    guard case .known(let a) = a, case .known(let b) = b else { return .unknown }
    switch type {
    case "Add": return .known(a &+ b)
    case "Sub": return .known(a &- b)
    case "Mul": return .known(a &* b)
    default: return b == 0 ? .unknown : .known(a.dividedReportingOverflow(by: b).partialValue)
    }
  }

  /// Numbers in a shape that depends on the batch, such as the first states of recurrent layers.
  private func filled(_ node: ONNXNode, _ given: [Datum]) throws -> Datum? {
    switch (node.type, given.first) {
    case ("Expand", .constant(let tensor)?): return tensor.isZero && tensor.count > 0 ? .fill(0) : nil
    case ("Identity", .fill(let value)?), ("Cast", .fill(let value)?), ("Unsqueeze", .fill(let value)?),
      ("Transpose", .fill(let value)?), ("Slice", .fill(let value)?), ("Squeeze", .fill(let value)?),
      ("Expand", .fill(let value)?):
      return .fill(value)
    case ("Concat", .fill(let value)?):
      return given.allSatisfy { if case .fill(value) = $0 { true } else { false } } ? .fill(value) : nil
    default: return nil
    }
  }
}
