/// The types of all entries that recipes may name.
///
/// `builtIn` lists the built-in ones. A program passes its own to `Recipe.load`; no type is registered globally.
public struct Registry: Sendable {
  /// Layers.
  public var layers: [any LayerEntry.Type]
  /// Networks.
  public var networks: [any NetworkEntry.Type]
  /// Losses.
  public var losses: [any LossEntry.Type]
  /// Optimizers.
  public var optimizers: [any OptimizerEntry.Type]
  /// Schedules of the learning rate.
  public var schedules: [any ScheduleEntry.Type]
  /// Data sources.
  public var dataSources: [any DataEntry.Type]
  /// Transforms of images.
  public var transforms: [any PipelineEntry.Type]
  /// Random changes of sequences.
  public var sequenceTransforms: [any SequenceTransformEntry.Type]
  /// Ways to initialize weights.
  public var initializations: [any InitializationEntry.Type]

  /// Lists the types of each kind.
  public init(
    layers: [any LayerEntry.Type] = [], networks: [any NetworkEntry.Type] = [],
    losses: [any LossEntry.Type] = [],
    optimizers: [any OptimizerEntry.Type] = [], schedules: [any ScheduleEntry.Type] = [],
    dataSources: [any DataEntry.Type] = [], transforms: [any PipelineEntry.Type] = [],
    sequenceTransforms: [any SequenceTransformEntry.Type] = [],
    initializations: [any InitializationEntry.Type] = []
  ) {
    self.layers = layers
    self.networks = networks
    self.losses = losses
    self.optimizers = optimizers
    self.schedules = schedules
    self.dataSources = dataSources
    self.transforms = transforms
    self.sequenceTransforms = sequenceTransforms
    self.initializations = initializations
  }

  /// The built-in entries, in the order of the reference.
  public static let builtIn = Registry(
    layers: [
      LSTMEntry.self, RNNEntry.self, GRUEntry.self, GatedEntry.self, LinearEntry.self, Conv1dEntry.self,
      Conv2dEntry.self, MaxPoolEntry.self, AveragePoolEntry.self, GlobalAveragePoolEntry.self, GlobalMaxPoolEntry.self,
      AttentionPoolEntry.self, FlattenEntry.self, ReverseEntry.self, BatchNormEntry.self, ResidualEntry.self,
      BranchesEntry.self,
      SequentialEntry.self, ReLUEntry.self, LeakyReLUEntry.self, TanhEntry.self, SigmoidEntry.self, GELUEntry.self,
      SoftmaxEntry.self, DropoutEntry.self, LayerNormEntry.self, EmbeddingEntry.self,
      ReLU6Entry.self, SiLUEntry.self, HardswishEntry.self, HardsigmoidEntry.self, ELUEntry.self, SELUEntry.self,
      SoftplusEntry.self, MishEntry.self, PReLUEntry.self, LogSoftmaxEntry.self,
      AdaptiveAveragePoolEntry.self, ConvTranspose1dEntry.self, ConvTranspose2dEntry.self, UpsampleEntry.self,
      GroupNormEntry.self, InstanceNormEntry.self, RMSNormEntry.self, LocalResponseNormEntry.self,
      ChannelDropoutEntry.self, DropPathEntry.self,
    ],
    networks: [
      ResNet18Entry.self, ResNet34Entry.self, ResNet50Entry.self, ResNet101Entry.self, ResNeXt50Entry.self,
      WideResNet50Entry.self, AlexNetEntry.self, VGG11Entry.self, VGG13Entry.self, VGG16Entry.self, VGG19Entry.self,
      VGG11BatchNormEntry.self, VGG13BatchNormEntry.self, VGG16BatchNormEntry.self, VGG19BatchNormEntry.self,
      SqueezeNetEntry.self, MobileNetV2Entry.self, MobileNetV3SmallEntry.self, MobileNetV3LargeEntry.self,
      EfficientNetB0Entry.self,
      DenseNet121Entry.self, FCNEntry.self, ResNet1dEntry.self, InceptionTimeEntry.self,
      LSTMFCNEntry.self, TCNEntry.self,
    ],
    losses: [
      CrossEntropyEntry.self, BinaryCrossEntropyEntry.self, FocalEntry.self, BinaryFocalEntry.self, SquaredEntry.self,
      AbsoluteEntry.self, HuberEntry.self, SmoothAbsoluteEntry.self,
    ],
    optimizers: [
      RMSpropEntry.self, SGDEntry.self, AdamEntry.self, AdamWEntry.self, LARSEntry.self, LAMBEntry.self,
    ],
    schedules: [
      ConstantScheduleEntry.self, StepScheduleEntry.self, CosineScheduleEntry.self, CosineRestartsScheduleEntry.self,
      OneCycleScheduleEntry.self,
      PolynomialScheduleEntry.self, PlateauScheduleEntry.self,
    ],
    dataSources: [
      TemporalOrderEntry.self, EchoEntry.self, BinaryEchoEntry.self, NumPyEntry.self, HDF5Entry.self, IDXEntry.self,
      CSVEntry.self,
      CSVSequencesEntry.self, TSEntry.self, TextLinesEntry.self, ImageFolderEntry.self,
      ImageListEntry.self, CIFAREntry.self, TarEntry.self,
    ],
    transforms: [
      ResizeEntry.self, CenterCropEntry.self, RandomCropEntry.self, RandomResizedCropEntry.self,
      RandomHorizontalFlipEntry.self, RandomRotationEntry.self, ColorJitterEntry.self, GaussianBlurEntry.self,
      NormalizeEntry.self, RandomVerticalFlipEntry.self, RandomAffineEntry.self, RandomPerspectiveEntry.self,
      RandomErasingEntry.self, RandomGrayscaleEntry.self, RandomInvertEntry.self, RandomSolarizeEntry.self,
      RandomPosterizeEntry.self, RandomAdjustSharpnessEntry.self, RandomAutocontrastEntry.self,
      RandomEqualizeEntry.self, TrivialAugmentWideEntry.self, RandAugmentEntry.self, AutoAugmentEntry.self,
      AugMixEntry.self,
    ],
    sequenceTransforms: [JitterEntry.self, ScalingEntry.self, TimeMaskingEntry.self],
    initializations: [
      UniformEntry.self, NormalEntry.self, ZerosEntry.self, OnesEntry.self, ConstantEntry.self,
      XavierUniformEntry.self, XavierNormalEntry.self, KaimingUniformEntry.self, KaimingNormalEntry.self,
      OrthogonalEntry.self,
    ])

  /// The entries that the program adds, while its recipe is read in this task.
  @TaskLocal static var current = Registry()

  /// Runs `body` while recipes may name these entries too.
  /// - Throws: `Failure` (software) if two entries of a kind have the same name.
  func apply<T>(_ body: () throws -> T) throws -> T {
    try Registry.$current.withValue(self) {
      try EntryKind.layer.checkNames()
      try EntryKind.network.checkNames()
      try EntryKind.loss.checkNames()
      try EntryKind.optimizer.checkNames()
      try EntryKind.schedule.checkNames()
      try EntryKind.data.checkNames()
      try EntryKind.transform.checkNames()
      try EntryKind.sequenceTransform.checkNames()
      try EntryKind.initialization.checkNames()
      return try body()
    }
  }
}
