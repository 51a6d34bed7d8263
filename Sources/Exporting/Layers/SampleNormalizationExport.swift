import Layers
import Tensors

extension GroupNorm: ExportableLayer {
  /// `GroupNormalization` or `InstanceNormalization`; with lengths, the same from sums over the valid steps.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    let channels = outputShape.features
    let affine =
      weight == nil ? [graph.row(of: 1, channels), graph.row(of: 0, channels)] : try parameters.map(graph.weight)
    if let lengths = graph.lengths { return addMaskedNodes(to: graph, input: input, affine: affine, lengths: lengths) }
    let input = graph.arrange(input, .featuresFirst)
    let isVector = !input.shape.isImage && !input.shape.isSequence
    if self is InstanceNorm {
      return input.with(
        name: graph.node("InstanceNormalization", [input.name] + affine, [.float("epsilon", epsilon)]))
    }
    let pixels = isVector ? graph.node("Unsqueeze", [input.name, graph.constant([-1])]) : input.name
    let normal = graph.node(
      "GroupNormalization", [pixels] + affine, [.int("num_groups", groups), .float("epsilon", epsilon)])
    return input.with(name: isVector ? graph.node("Squeeze", [normal, graph.constant([-1])]) : normal)
  }

  /// [batch, steps, groups, channels of a group], of which steps and the last are averaged.
  private func addMaskedNodes(
    to graph: ONNXGraph, input: ONNXValue, affine: [String], lengths: String
  ) -> ONNXValue {
    let input = graph.filled(graph.arrange(input, .featuresLast))
    let width = outputShape.features / groups
    let grouped = graph.node("Reshape", [input.name, graph.constant([0, 0, groups, width])])
    let steps = graph.node("Cast", [lengths], [.int("to", 1)])
    let count = graph.node(
      "Unsqueeze", [graph.node("Mul", [steps, graph.scalar(Float(width))]), graph.constant([1, 2, 3])])
    func mean(_ value: String) -> String {
      graph.node("Div", [graph.node("ReduceSum", [value, graph.constant([1, 3])]), count])
    }
    var centred = graph.node("Sub", [grouped, mean(grouped)])
    if let mask = graph.mask(of: input) {
      centred = graph.node(
        "Where", [graph.node("Unsqueeze", [mask, graph.constant([-1])]), centred, graph.scalar(0)])
    }
    let variance = graph.node("Add", [mean(graph.node("Mul", [centred, centred])), graph.scalar(epsilon)])
    let normal = graph.node("Div", [centred, graph.node("Sqrt", [variance])])
    let joined = graph.node("Reshape", [normal, graph.constant([0, 0, outputShape.features])])
    return input.with(name: graph.node("Add", [graph.node("Mul", [joined, affine[0]]), affine[1]]))
  }

  /// `nn.GroupNorm`, `nn.InstanceNorm1d` or `nn.InstanceNorm2d`; in sequences steps come before features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    let isInstance = self is InstanceNorm
    var arguments = isInstance ? "\(outputShape.features)" : "\(groups), \(outputShape.features)"
    if epsilon != 1e-5 { arguments += ", eps=\(epsilon)" }
    if (weight != nil) == isInstance { arguments += ", affine=\(isInstance ? "True" : "False")" }
    let type = isInstance ? outputShape.isImage ? "InstanceNorm2d" : "InstanceNorm1d" : "GroupNorm"
    return (outputShape.isSequence ? source.overSteps(type) : "nn.\(type)") + "(\(arguments))"
  }
}

extension RMSNorm: ExportableLayer {
  /// The input over the square root of the mean of its squares, and `Mul` with the weight.
  /// - Throws: `Failure` if the ranks cannot exchange data.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) throws -> ONNXValue {
    let input = input.layout == .featuresFirst ? graph.arrange(input, .featuresLast) : input
    let squares = graph.node("Mul", [input.name, input.name])
    let mean = graph.node("ReduceMean", [squares, graph.constant([-1])])
    let root = graph.node("Sqrt", [graph.node("Add", [mean, graph.scalar(epsilon)])])
    let normal = graph.node("Div", [input.name, root])
    return input.with(name: graph.node("Mul", [normal, try graph.weight(parameters[0])]))
  }

  /// `nn.RMSNorm`; in images over the channels.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    let arguments = "(\(outputShape.features)" + (epsilon == .ulpOfOne ? ")" : ", eps=\(epsilon))")
    return outputShape.isImage ? source.overPixels("RMSNorm") + arguments : "nn.RMSNorm" + arguments
  }
}

extension LocalResponseNorm: ExportableLayer {
  /// `LRN`, which is for images and windows of odd sizes; otherwise the sums are a product with a matrix of ones in a band.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue {
    if outputShape.isImage, !size.isMultiple(of: 2) {
      let input = graph.arrange(input, .featuresFirst)
      return graph.node(
        "LRN", on: input,
        [.int("size", size), .float("alpha", alpha), .float("beta", beta), .float("bias", k)])
    }
    let input = input.layout == .featuresFirst ? graph.arrange(input, .featuresLast) : input
    let channels = outputShape.features
    // Column c has the channels of its window.
    var band = [Float](repeating: 0, count: channels * channels)
    for channel in 0..<channels {
      let window = max(0, channel - size / 2)...min(channels - 1, channel + (size - 1) / 2)
      for neighbour in window { band[neighbour * channels + channel] = alpha / Float(size) }
    }
    let squares = graph.node("Mul", [input.name, input.name])
    let sums = graph.node("MatMul", [squares, graph.constant(graph.fresh("band"), shape: [channels, channels], band)])
    let level = graph.node("Pow", [graph.node("Add", [sums, graph.scalar(k)]), graph.scalar(beta)])
    return input.with(name: graph.node("Div", [input.name, level]))
  }

  /// `nn.LocalResponseNorm`; in sequences steps come before features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    let type = outputShape.isSequence ? source.overSteps("LocalResponseNorm") : "nn.LocalResponseNorm"
    return "\(type)(\(size), alpha=\(alpha), beta=\(beta), k=\(k))"
  }
}

extension ChannelDropout: ExportableLayer {
  /// No node: dropout passes values unchanged outside of training.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue { input }

  /// `nn.Dropout2d`, or `nn.Dropout1d` with the steps before the features.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    (outputShape.isImage ? "nn.Dropout2d" : source.overSteps("Dropout1d")) + "(\(probability))"
  }
}

extension DropPath: ExportableLayer {
  private static let definition = #"""
    class DropPath(nn.Module):
        """Stochastic depth: in training whole samples are dropped."""

        def __init__(self, p):
            super().__init__()
            self.p = p

        def forward(self, x):
            if not self.training:
                return x
            keeps = x.new_empty(len(x), *[1] * (x.dim() - 1)).bernoulli_(1 - self.p)
            return x * keeps / (1 - self.p)

    """#

  /// No node: samples pass unchanged outside of training.
  public func addNodes(to graph: ONNXGraph, input: ONNXValue) -> ONNXValue { input }

  /// A module that drops samples.
  public func pyTorchExpression(in source: PyTorchSource) -> String {
    source.define(DropPath.definition)
    return "DropPath(\(probability))"
  }
}
