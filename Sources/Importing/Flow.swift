import Diagnostics

/// What an axis of a value that flows through a graph means.
enum Axis: String {
  case batch, height, width, feature
  /// The steps of a sequence.
  case step
  /// The directions of a recurrent layer; features are divided by their number.
  case direction
  /// An axis of size 1 that only broadcasts.
  case one
}

/// The shape of one sample; sizes that the file leaves open are nil.
struct Form: Equatable {
  enum Kind {
    case vector, sequence, image
  }

  /// Axes in the order in which a vector's features were flattened, if that is not dp-train's.
  struct Order: Equatable {
    let axes: [Axis]
    let sizes: [Int]
  }

  var kind: Kind
  var height, width, steps: Int?
  var features: Int
  /// How a vector was flattened, if the next layer's weights are not in dp-train's order.
  var order: Order?

  static func vector(_ features: Int) -> Form { Form(kind: .vector, features: features) }
  static func sequence(_ steps: Int?, _ features: Int) -> Form {
    Form(kind: .sequence, steps: steps, features: features)
  }
  static func image(_ height: Int?, _ width: Int?, _ features: Int) -> Form {
    Form(kind: .image, height: height, width: width, features: features)
  }

  /// The axes over which windows slide.
  var spatialAxes: [Axis] { kind == .image ? [.height, .width] : kind == .sequence ? [.step] : [] }

  /// Their sizes.
  var spatialSizes: [Int?] { kind == .image ? [height, width] : kind == .sequence ? [steps] : [] }

  /// The form with other sizes and features.
  func with(sizes: [Int?]? = nil, features: Int? = nil) -> Form {
    var form = self
    if let sizes, kind == .image { (form.height, form.width) = (sizes[0], sizes[1]) }
    if let sizes, kind == .sequence { form.steps = sizes[0] }
    form.features = features ?? form.features
    form.order = nil
    return form
  }

  /// Whether there is one pixel or step, or a vector.
  var isOneRow: Bool { spatialSizes.allSatisfy { $0 == 1 } }

  /// The extents of a sample as dp-train has them, with `unknown` for open sizes.
  func extents(unknown: Int) -> [Int] { spatialSizes.map { $0 ?? unknown } + [features] }

  /// The form in messages.
  var text: String { extents(unknown: -1).map { $0 < 0 ? "?" : "\($0)" }.joined(separator: "×") }
}

/// Something that computes a value of the network: its input, a layer, or the join of several values.
final class Step {
  /// How values are joined.
  enum Join: String {
    case concat, add, multiply
  }

  enum Kind {
    case input
    case layer(ImportedLayer)
    case join(Join)
    /// A part of a pattern that is no layer by itself; the failure tells why.
    case partial(Partial, Failure)
  }

  /// Functions that are known within patterns.
  enum Partial {
    /// x + number, x · number.
    case plus(Float), times(Float)
    case erf
    /// The sum over all steps.
    case stepSum
    /// x², √x, 1/√x, and x to a power.
    case square, root, inverseRoot
    case power(Float)
    /// The mean over the features.
    case featureMean
    /// The sum over windows of channels times a factor, alpha / size.
    case windowSum(size: Int, alpha: Float)
    /// Sums and means over the steps and the channels of a group, and the values less their mean.
    case groupSum, groupMean, centred
    /// Pixels or steps joined with the channels of a group, and what `InstanceNormalization` makes of it.
    case grouped(Int)
    case groupNormal(Int, epsilon: Float)
    /// The softmax over the steps.
    case stepWeights
    /// The means of windows along the width, as many.
    case across(Int)
    /// Whether a value is above a number.
    case above(Float)
    case other
  }

  /// Its place in the order of computation.
  let index: Int
  /// The node that it comes from; nil for the input.
  let node: ONNXNode?
  let inputs: [Step]
  var kind: Kind
  var form: Form

  init(index: Int, node: ONNXNode?, inputs: [Step], kind: Kind, form: Form) {
    self.index = index
    self.node = node
    self.inputs = inputs
    self.kind = kind
    self.form = form
  }

  /// The layer, if it is one.
  var layer: ImportedLayer? {
    get { if case .layer(let layer) = kind { layer } else { nil } }
    set { if let newValue { kind = .layer(newValue) } }
  }
}

/// A value of an ONNX graph that depends on the network's input: what a step gives, with its axes in some order.
struct Flow {
  let step: Step
  var axes: [Axis]
  /// The size of `direction`.
  var directions = 1
  /// Zeros around the value that the next layer has to add, by axis.
  var padding: Padding?
  /// Whether something else takes the value, too, perhaps with its axes in another order.
  var isShared = false

  struct Padding {
    var before: [Axis: Int]
    var behind: [Axis: Int]
    var value: Float
    let node: ONNXNode
  }

  /// The size of an axis; nil if it is open, as the batch may be.
  func size(_ axis: Axis, batch: Int?) -> Int? {
    switch axis {
    case .batch: batch
    case .height: step.form.height
    case .width: step.form.width
    case .step: step.form.steps
    case .feature: step.form.features / directions
    case .direction: directions
    case .one: 1
    }
  }
}

/// A size in a shape that a graph computes.
enum Dimension: Equatable {
  case known(Int)
  case batch
  case unknown
}

/// A value of an ONNX graph.
enum Datum {
  case constant(ConstantTensor)
  /// Sizes of values, and numbers computed of them.
  case sizes([Dimension], isScalar: Bool)
  /// One number in a shape that depends on the batch.
  case fill(Float)
  case flow(Flow)
  /// What is computed of the samples' lengths, such as the steps that are there.
  case lengths
}
