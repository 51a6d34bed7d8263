import CKernels
import Tensors

/// Cross-entropy of class logits, of each sample or of each step:
///
///     ℓ = Σ a[k] (log Σ exp z − z[k])      a = (1 − ε) w[target] · one-hot(target) + ε / classes · w
///
/// ε is the label smoothing (Szegedy et al. 2016), w the weights of the classes. The mean is taken once, over the sum of
/// the targets' weights in the whole batch, as PyTorch's `nn.CrossEntropyLoss` does. Takes logits: no softmax before it.
public final class CrossEntropy: Loss {
  /// The recipe's name.
  public let kind = "cross-entropy"
  /// One of the classes is right.
  public let meaning = OutputMeaning.classes
  /// The shape of one sample's outputs.
  public let shape: Shape
  /// Rows with this target do not count.
  public var ignoredTarget: Int? { ignored.map { Int($0) } }
  private let smoothing: Float
  private let weights: UnsafeMutableBufferPointer<Float>?
  private let weightSum: Float
  private let ignored: Int32?
  private var memory: LossMemory?

  /// A loss on logits of this shape: [classes] or [steps, classes].
  ///
  /// - Parameters:
  ///   - labelSmoothing: the share of each target that is spread over all classes.
  ///   - classWeights: a weight for each class, or nil for 1 each.
  ///   - ignoreIndex: rows with this target do not count.
  public init(logits: Shape, labelSmoothing: Double = 0, classWeights: [Double]? = nil, ignoreIndex: Int? = nil) {
    shape = logits
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

  /// Reserves the records of every row and the gradient.
  public func plan(_ plan: inout ArenaPlan, batch: Int) {
    memory = LossMemory(&plan, shape: shape, batch: batch)
  }

  /// Loss and prediction of every row, and ∂ℓ/∂z = softmax(z) Σ a − a unless `gradient` is false.
  public func evaluate(
    _ outputs: TensorView, targets: Targets, _ context: StepContext, gradient: Bool
  ) -> TensorView {
    guard let memory else { preconditionFailure("loss before plan") }
    guard case .classes(let indices) = targets else { preconditionFailure("cross-entropy needs classes") }
    var (pass, result) = memory.pass(outputs, context, gradient: gradient)
    var classes = dpt_class_targets(
      targets: indices, weights: weights.flatMap { UnsafePointer($0.baseAddress) }, weightSum: weightSum,
      smoothing: smoothing, ignores: ignored != nil, ignored: ignored ?? 0)
    dpt_cross_entropy(&pass, &classes)
    return result
  }

  /// Writes the sums of the last evaluated batch.
  public func sums(
    of outputs: TensorView, into target: UnsafeMutablePointer<Float>, nodeStride: Int, _ context: StepContext
  ) {
    memory?.sums(of: outputs, into: target, nodeStride: nodeStride, context)
  }

  /// The loss of a row of the last evaluated batch.
  public func value(row: Int, _ context: StepContext) -> Float { memory?.value(row: row, context) ?? 0 }

  /// The class with the largest logit (the first of equals), or nil for a row that does not count.
  public func prediction(row: Int, _ context: StepContext) -> Int? {
    memory?.prediction(row: row, context)
  }
}
