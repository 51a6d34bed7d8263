/// What recipes may name: the types of all kinds of entries.
///
/// `builtIn` is what comes along. A program gives its own to `Recipe.load`; nothing is registered for good.
public struct Registry: Sendable {
  /// Layers.
  public var layers: [any LayerEntry.Type]
  /// Losses.
  public var losses: [any LossEntry.Type]
  /// Optimizers.
  public var optimizers: [any OptimizerEntry.Type]
  /// Learning rates over the run.
  public var schedules: [any ScheduleEntry.Type]
  /// Data sources.
  public var dataSources: [any DataEntry.Type]
  /// Transforms of images.
  public var transforms: [any PipelineEntry.Type]
  /// Ways to draw weights.
  public var initializations: [any InitializationEntry.Type]

  /// Lists the types of each kind.
  public init(
    layers: [any LayerEntry.Type] = [], losses: [any LossEntry.Type] = [],
    optimizers: [any OptimizerEntry.Type] = [], schedules: [any ScheduleEntry.Type] = [],
    dataSources: [any DataEntry.Type] = [], transforms: [any PipelineEntry.Type] = [],
    initializations: [any InitializationEntry.Type] = []
  ) {
    self.layers = layers
    self.losses = losses
    self.optimizers = optimizers
    self.schedules = schedules
    self.dataSources = dataSources
    self.transforms = transforms
    self.initializations = initializations
  }

  /// What comes along, in the order of the reference.
  public static let builtIn = Registry(
    layers: [
      LSTMEntry.self, RNNEntry.self, GRUEntry.self, GatedEntry.self, LinearEntry.self, Conv1dEntry.self,
      Conv2dEntry.self, MaxPoolEntry.self, AveragePoolEntry.self, GlobalAveragePoolEntry.self, FlattenEntry.self,
      BatchNormEntry.self, ResidualEntry.self, SequentialEntry.self, ReLUEntry.self, LeakyReLUEntry.self,
      TanhEntry.self, SigmoidEntry.self, GELUEntry.self, SoftmaxEntry.self, DropoutEntry.self, LayerNormEntry.self,
      EmbeddingEntry.self,
    ],
    losses: [
      CrossEntropyEntry.self, BinaryCrossEntropyEntry.self, SquaredEntry.self, AbsoluteEntry.self, HuberEntry.self,
      SmoothAbsoluteEntry.self,
    ],
    optimizers: [
      RMSpropEntry.self, SGDEntry.self, AdamEntry.self, AdamWEntry.self, LARSEntry.self, LAMBEntry.self,
    ],
    schedules: [
      ConstantScheduleEntry.self, StepScheduleEntry.self, CosineScheduleEntry.self, OneCycleScheduleEntry.self,
      PolynomialScheduleEntry.self, PlateauScheduleEntry.self,
    ],
    dataSources: [
      TemporalOrderEntry.self, EchoEntry.self, BinaryEchoEntry.self, NumPyEntry.self, IDXEntry.self, CSVEntry.self,
      TextLinesEntry.self, ImageFolderEntry.self,
    ],
    transforms: [
      ResizeEntry.self, CenterCropEntry.self, RandomCropEntry.self, RandomResizedCropEntry.self,
      RandomHorizontalFlipEntry.self, RandomRotationEntry.self, ColorJitterEntry.self, GaussianBlurEntry.self,
      NormalizeEntry.self,
    ],
    initializations: [
      UniformEntry.self, NormalEntry.self, ZerosEntry.self, OnesEntry.self, ConstantEntry.self,
      XavierUniformEntry.self, XavierNormalEntry.self, KaimingUniformEntry.self, KaimingNormalEntry.self,
      OrthogonalEntry.self,
    ])

  /// What the program adds whose recipe is being read on this thread.
  @TaskLocal static var current = Registry()

  /// What `body` gives while recipes may name these.
  /// - Throws: `Failure` (software) where two of a kind have one name.
  func apply<T>(_ body: () throws -> T) throws -> T {
    try Registry.$current.withValue(self) {
      try EntryKind.layer.checkNames()
      try EntryKind.loss.checkNames()
      try EntryKind.optimizer.checkNames()
      try EntryKind.schedule.checkNames()
      try EntryKind.data.checkNames()
      try EntryKind.transform.checkNames()
      try EntryKind.initialization.checkNames()
      return try body()
    }
  }
}
