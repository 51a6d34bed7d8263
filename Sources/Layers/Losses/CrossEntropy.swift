import CKernels
import Tensors

/// Cross-entropy of class logits, of each sample or of each step:
///
///     ℓ = Σ a[k] (log Σ exp z − z[k])      a = (1 − ε) w[target] · one-hot(target) + ε / classes · w
///
/// ε is the label smoothing (Szegedy et al. 2016), w has the weights of the classes. The mean divides once by the sum of the
/// targets' weights in the whole batch, as PyTorch's `nn.CrossEntropyLoss`. Takes logits, so no softmax comes before it.
public final class CrossEntropy: Loss {
  /// The recipe's name.
  public let kind = "cross-entropy"
  /// Classes, of which one is right.
  public let meaning = OutputMeaning.classes
  /// Rows with this target do not count.
  public var ignoredTarget: Int? { ignored.map { Int($0) } }
  private let smoothing: Float
  private let weights: UnsafeMutableBufferPointer<Float>?
  private let weightSum: Float
  private let ignored: Int32?

  /// A loss on logits of this shape: [classes] or [steps, classes].
  ///
  /// - Parameters:
  ///   - labelSmoothing: the share of each target that is spread over all classes.
  ///   - classWeights: a weight for each class, or nil for 1 each.
  ///   - ignoreIndex: rows with this target do not count.
  public init(logits: Shape, labelSmoothing: Double = 0, classWeights: [Double]? = nil, ignoreIndex: Int? = nil) {
    smoothing = Float(labelSmoothing)
    ignored = ignoreIndex.map { Int32(clamping: $0) }
    let chosen =
      classWeights ?? (labelSmoothing == 0 ? nil : Array(repeating: 1, count: logits.features))
    weightSum = Float((chosen ?? []).reduce(0, +))
    weights = chosen.map { values in
      precondition(values.count == logits.features, "\(values.count) class weights for \(logits.features) classes")
      let padded = UnsafeMutableBufferPointer<Float>.allocate(capacity: paddedToLanes(values.count))
      padded.initialize(repeating: 0)
      for (index, value) in values.enumerated() { padded[index] = Float(value) }
      return padded
    }
  }

  deinit {
    weights?.deallocate()
  }

  /// Reserves a record for each row and the gradient, ∂ℓ/∂z = softmax(z) Σ a − a. The prediction is the class with the
  /// largest logit (the first of equals).
  public func makePass(_ plan: inout ArenaPlan, outputs: Shape, batch: Int) -> any LossPass {
    RowLossPass(&plan, outputs: outputs, batch: batch) { [self] pass, targets in
      guard case .classes(let indices, _) = targets else { preconditionFailure("cross-entropy needs classes") }
      var classes = dpt_class_targets(
        targets: indices, weights: weights.flatMap { UnsafePointer($0.baseAddress) }, weightSum: weightSum,
        smoothing: smoothing, ignores: ignored != nil, ignored: ignored ?? 0)
      dpt_cross_entropy(&pass, &classes)
    }
  }
}
