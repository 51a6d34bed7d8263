import Tensors

/// Instance normalization: each channel of each sample is normalized over all pixels or valid steps, as group normalization with
/// as many groups as channels. Images and sequences; without running statistics, and by default without weight and bias.
/// Ulyanov, Vedaldi & Lempitsky 2016; PyTorch's `nn.InstanceNorm1d` and `nn.InstanceNorm2d`.
public final class InstanceNorm: GroupNorm {
  /// A layer for inputs of a shape.
  public init(input: Shape, epsilon: Double = 1e-5, affine: Bool = false) {
    precondition(input.isImage || input.isSequence, "instance normalization of \(input.text)")
    super.init(kind: "instance-norm", input: input, groups: input.features, epsilon: epsilon, affine: affine)
  }
}
