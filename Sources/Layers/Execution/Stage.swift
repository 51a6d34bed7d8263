import Tensors

/// One layer at work in a program, several that run as one, or a conversion of the values between two of them.
///
/// A class, since a loop over structs copies each.
final class Stage {
  /// One layer, or several that run as one; none if values are only converted.
  let layers: [any Layer]
  let pass: any Pass
  let outputShape: Shape
  let outputPrecision: Precision
  /// Where the layers' parameters end among the model's.
  let parameterEnd: Int
  let parameters: [Parameter]
  /// The parameters that may be frozen in a step, of layers without layers within; those clear their own.
  let freezable: [Parameter]

  init(_ layers: [any Layer], _ pass: any Pass, gives outputShape: Shape, _ outputPrecision: Precision) {
    self.layers = layers
    self.pass = pass
    self.outputShape = outputShape
    self.outputPrecision = outputPrecision
    parameters = layers.flatMap(\.parameters)
    freezable = layers.filter(\.parts.isEmpty).flatMap(\.parameters).filter(\.mayFreeze)
    parameterEnd = parameters.map { $0.offset + $0.count }.max() ?? 0
  }

  /// Whether some parameter learns in this step.
  var learns: Bool { parameters.contains { !$0.isFrozen } }
}
