import Diagnostics

extension NetworkReader {
  /// Reads a node.
  /// - Throws: `Failure` (data) naming it, if it cannot be imported.
  func read(_ node: ONNXNode) throws {
    guard node.isStandard else {
      throw node.failure("it is not one of ONNX's own operators", advice: "export the model without it")
    }
    let given = try node.inputs.indices.compactMap { try datum(node, $0) }
    let hasFlow = given.contains { if case .flow = $0 { true } else { false } }
    guard hasFlow else { return try readWithoutFlow(node, given) }
    switch node.type {
    case "Identity", "Cast": give(node, .flow(try flow(node)))
    case "Dropout": try readDropout(node)
    case "Conv": try readConvolution(node)
    case "ConvTranspose": try readTransposedConvolution(node)
    case "MaxPool", "AveragePool": try readPooling(node)
    case "GlobalAveragePool", "GlobalMaxPool": try readGlobalPooling(node, try flow(node), axes: nil, keepsAxes: true)
    case "ReduceMean", "ReduceMax", "ReduceSum": try readReduction(node)
    case "Upsample", "Resize": try readResize(node)
    case "BatchNormalization": try readBatchNormalization(node)
    case "LayerNormalization", "RMSNormalization": try readLayerNormalization(node)
    case "InstanceNormalization", "GroupNormalization": try readSampleNormalization(node)
    case "LRN": try readLocalResponse(node)
    case "Gemm": try readGemm(node)
    case "MatMul": try readMatMul(node)
    case "LSTM", "GRU", "RNN": try readRecurrent(node)
    case "Add", "Sub", "Mul", "Div", "Sum": try readArithmetic(node)
    case "Concat": try readConcat(node)
    case "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Pad", "Shape", "Size":
      try readReshaping(node)
    case "Slice", "ReverseSequence": try readReverse(node)
    case "Gather": try readGather(node)
    case "Where": try readWhere(node)
    case "Scan", "Loop", "If":
      throw node.failure("graphs within nodes are not layers", advice: "unroll it, or leave it out")
    default: try readActivation(node)
    }
  }

  /// The steps that are there are those that dp-train takes anyway.
  private func readWhere(_ node: ONNXNode) throws {
    if let (layer, flow) = try softplus(node) { return try add(layer, node, to: flow) }
    guard case .lengths? = try datum(node, 0), case .flow(let flow)? = try datum(node, 1) else {
      throw node.failure("it chooses among values", advice: "export the model without it")
    }
    give(node, .flow(flow))
  }

  private func readDropout(_ node: ONNXNode) throws {
    let flow = try flow(node)
    let ratio = node.has("ratio") ? node.float("ratio", 0.5) : try constant(node, 1)?.scalar ?? 0.5
    guard ratio >= 0, ratio < 1 else {
      throw node.failure("its ratio is \(ratio.text)", advice: "it is from 0 to below 1")
    }
    if ratio == 0 { return give(node, .flow(flow)) }
    try add(ImportedLayer("dropout", [("probability", .number(ratio))]), node, to: flow)
  }
}
