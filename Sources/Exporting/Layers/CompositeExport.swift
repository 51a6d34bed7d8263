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
