import Layers

extension Residual: ExportableLayer {
  /// The nodes of body and shortcut, and `Add`.
  /// - Throws: as the layers within.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    let lengths = graph.lengths
    let sides = try parts.map { part in
      graph.lengths = lengths
      return try graph.add(part, to: input)
    }
    let (body, shortcut) = (sides[0], graph.arrange(sides[1], sides[0].layout))
    return body.with(name: graph.node("Add", [body.name, shortcut.name]))
  }

  /// A module with `body` and `shortcut`.
  /// - Throws: as the layers within.
  public func pyTorchExpression(in source: PyTorchSource) throws -> String {
    source.use(.residual)
    let sides = try parts.filter { !$0.layers.isEmpty }.map { part in
      "\(part.name)=[\n\(try source.list(part))],\n"
    }
    return "Residual(\n\(PyTorchSource.indented(sides.joined())))"
  }
}

extension Sequential: ExportableLayer {
  /// The nodes of the layers.
  /// - Throws: as the layers within.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    try graph.add(parts[0], to: input)
  }

  /// `nn.Sequential`, or a module that passes lengths on.
  /// - Throws: as the layers within.
  public func pyTorchExpression(in source: PyTorchSource) throws -> String {
    "\(source.sequential)(\n\(try source.list(parts[0])))"
  }
}

extension Branches: ExportableLayer {
  /// The nodes of the paths, and `Concat`, `Add` or `Mul`.
  /// - Throws: as the layers within.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    let lengths = graph.lengths
    var behind = lengths
    var values = try parts.map { part in
      graph.lengths = lengths
      let value = try graph.add(part, to: input)
      if value.shape.isSequence { behind = graph.lengths }
      return value
    }
    graph.lengths = behind
    let whole = values.first { $0.shape == outputShape } ?? values[0]
    let layout = outputShape.isSequence && whole.layout == .stepsFirst ? .featuresLast : whole.layout
    values = values.map { graph.arrange($0, layout) }
    let axis = layout == .featuresFirst && outputShape.extents.count > 1 ? 1 : -1
    if join == .concat {
      let name = graph.node("Concat", values.map(\.name), [.int("axis", axis)])
      return ONNXValue(name, shape: outputShape, layout: layout)
    }
    // A vector gets an axis of one for each axis of steps or pixels.
    let axes = outputShape.extents.indices.dropFirst().map { $0 + (axis == 1 ? 1 : 0) }
    let names = values.map { value in
      value.shape.extents.count == outputShape.extents.count
        ? value.name : graph.node("Unsqueeze", [value.name, graph.constant(Array(axes))])
    }
    let result = names.dropFirst().reduce(names[0]) { graph.node(join == .add ? "Add" : "Mul", [$0, $1]) }
    return graph.filled(ONNXValue(result, shape: outputShape, layout: layout))
  }

  /// A module with `paths`.
  /// - Throws: as the layers within.
  public func pyTorchExpression(in source: PyTorchSource) throws -> String {
    source.use(.branches)
    let paths = try parts.map { $0.layers.isEmpty ? "[],\n" : "[\n\(try source.list($0))],\n" }
    return "Branches(\n\(PyTorchSource.indented("\"\(join)\",\n" + paths.joined())))"
  }
}
