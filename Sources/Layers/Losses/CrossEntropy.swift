import CKernels
import Tensors

/// Cross-entropy of class logits, of each sample or of each step:
///
///     ℓ = Σ a[k] (log Σ exp z − z[k])      a = (1 − ε) w[target] · one-hot(target) + ε / classes · w
///
/// ε is the label smoothing (Szegedy et al. 2016), w has the weights of the classes. The mean divides once by the sum of the
/// targets' weights in the whole batch, as PyTorch's `nn.CrossEntropyLoss`. Takes logits, so no softmax comes before it.
///
/// A row may have two classes that share it, as mixing makes them. Then a has the sum of theirs, each times its share, and the
/// mean divides by the number of rows, as PyTorch's with probabilities; a row does not count if one of its classes is ignored.
///
/// The focal loss (Lin et al. 2017) multiplies what each class adds by (1 − p)^γ, p = softmax(z)[class]: samples that are
/// already right count less. Its mean divides as that of cross-entropy, to which it is equal with γ = 0.
public final class CrossEntropy: Loss {
  /// The recipe's name.
  public let kind: String
  /// Classes, of which one is right.
  public let meaning = OutputMeaning.classes
  /// Rows with this target do not count.
  public var ignoredTarget: Int? { ignored.map { Int($0) } }
  /// True.
  public let takesMixedClasses = true
  private let smoothing, gamma: Float
  private let weights: ColumnWeights?
  private let ignored: Int32?

  /// A loss on logits of this shape: [classes] or [steps, classes].
  ///
  /// - Parameters:
  ///   - labelSmoothing: the share of each target that is spread over all classes.
  ///   - classWeights: a weight for each class, or nil for 1 each.
  ///   - ignoreIndex: rows with this target do not count.
  public convenience init(
    logits: Shape, labelSmoothing: Double = 0, classWeights: [Double]? = nil, ignoreIndex: Int? = nil
  ) {
    let weights = classWeights ?? (labelSmoothing == 0 ? nil : Array(repeating: 1, count: logits.features))
    self.init(
      "cross-entropy", logits: logits, smoothing: labelSmoothing, gamma: 0, weights: weights, ignored: ignoreIndex)
  }

  /// The focal loss on logits of this shape, with the exponent `gamma`, at least 0; the others as above.
  public convenience init(focal gamma: Double, logits: Shape, classWeights: [Double]? = nil, ignoreIndex: Int? = nil) {
    self.init("focal", logits: logits, smoothing: 0, gamma: gamma, weights: classWeights, ignored: ignoreIndex)
  }

  private init(
    _ kind: String, logits: Shape, smoothing: Double, gamma: Double, weights: [Double]?, ignored: Int?
  ) {
    self.kind = kind
    (self.smoothing, self.gamma) = (Float(smoothing), Float(gamma))
    self.weights = weights.map { ColumnWeights($0, for: logits) }
    self.ignored = ignored.map { Int32(clamping: $0) }
  }

  /// Reserves a record for each row and the gradient, ∂ℓ/∂z = softmax(z) Σ a − a. The prediction is the class with the
  /// largest logit (the first of equals).
  public func makePass(_ plan: inout ArenaPlan, outputs: Shape, batch: Int) -> any LossPass {
    RowLossPass(&plan, outputs: outputs, batch: batch) { [self] pass, targets in
      var classes = dpt_class_targets()
      switch targets {
      case .classes(let indices, _): classes.targets = indices
      case .mixedClasses(let own, let others, let share):
        (classes.targets, classes.partners, classes.share) = (own, others, share)
      case .values: preconditionFailure("\(kind) needs classes")
      }
      (classes.weights, classes.weightSum) = (weights?.base, weights?.sum ?? 0)
      (classes.smoothing, classes.gamma) = (smoothing, gamma)
      (classes.ignores, classes.ignored) = (ignored != nil, ignored ?? 0)
      dpt_cross_entropy(&pass, &classes)
    }
  }
}
