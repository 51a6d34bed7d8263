import CAllocationCounter
import Collectives
import Datasets
import Formats
import Foundation
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing
import Training

@Suite struct AllocationTests {
  @Test(.enabled(if: dpt_counts_allocations(), "a sanitizer has allocation functions of its own"))
  func theCounterCounts() {
    let before = dpt_allocation_count()
    let memory = UnsafeMutablePointer<Int>.allocate(capacity: 100)
    memory.initialize(repeating: 1, count: 100)
    #expect(dpt_allocation_count() > before)
    memory.deallocate()
  }

  static let optimizers: [@Sendable (Model) throws -> any Optimizer] = [
    { try SGD(count: $0.valueCount, momentum: 0.9, nesterov: true) },
    { try RMSprop(count: $0.valueCount, momentum: 0.9, centered: true) },
    { try Adam(count: $0.valueCount) },
    { try AdamW(count: $0.valueCount) },
    { try LARS(count: $0.valueCount, segments: $0.segments) },
    { try LAMB(count: $0.valueCount, segments: $0.segments) },
  ]
  private static let schedules: [@Sendable () -> any Schedule] = [
    {
      WarmupSchedule(
        steps: 1, start: 0.5, isConstant: true, following: CosineRestartsSchedule(period: 2, multiplier: 2))
    },
    { StepSchedule(stepSize: 2, gamma: 0.5) },
    { CosineSchedule(length: 4) },
    { PolynomialSchedule(length: 4, exponent: 0.9) },
    { OneCycleSchedule(length: 4) },
    { WarmupSchedule(steps: 1, following: PlateauSchedule()) },
  ]

  /// Every optimizer with another schedule, a step of one batch or several, with clipping, an average, mixing and compression
  /// or without.
  @Test(arguments: 0..<6)
  func stepsAfterTheFirstAllocateNothing(choice: Int) throws {
    var small = SmallExperiment()
    small.optimizer = Self.optimizers[choice]
    small.schedule = Self.schedules[choice]
    small.accumulate = 1 + choice % 3
    small.batch = 33 / small.accumulate
    small.outliers = choice.isMultiple(of: 2) ? OutlierRule(limit: 1, window: 2) : nil
    small.mixing = choice % 3 == 1 ? Mixing(mixup: 0.4) : nil
    small.clipValue = choice.isMultiple(of: 2) ? nil : 0.1
    small.optimizerSharding = choice.isMultiple(of: 2) ? .always : .never
    small.averageDecay = choice.isMultiple(of: 2) ? 0.9 : nil
    small.recordedTensors = StepCadence(every: choice % 3, last: 5)
    small.precision = choice.isMultiple(of: 2) ? .bfloat16 : .float32
    small.compression = choice > 3 ? GradientCompression(format: .bfloat16, parts: choice) : nil
    let trained = small
    for machines in [[[0]], [[0, 1]], [[0], [1]]] {
      let counts = try onOneInstructionSet {
        try ThreadCommunicator.run(machines: machines) { try allocations(of: trained, on: $0) }
      }
      #expect(counts.allSatisfy { $0 == 0 }, "\(counts) on \(machines)")
    }
  }

  /// The allocations of an epoch's steps after the first.
  private func allocations(of small: SmallExperiment, on communicator: any Communicator) throws -> UInt64 {
    let experiment = try small.make()
    let step = try TrainingStep(experiment, workspace: small.workspace(experiment, communicator))
    var report = StepReport()
    step.beginEpoch()
    try step.run(epoch: 0, positions: 0..<33, into: &report)
    let before = dpt_allocation_count()
    for batch in 0..<3 { try step.run(epoch: 0, positions: batch * 33..<(batch + 1) * 33, into: &report) }
    // A last, smaller batch allocates nothing either.
    try step.run(epoch: 0, positions: 99..<100, into: &report)
    return dpt_allocation_count() - before
  }

  @Test(.enabled(if: dpt_counts_allocations(), "a sanitizer has allocation functions of its own"))
  func samplesFromFilesAllocateNothing() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dp-train-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try NPYArray(shape: [8, 5, 3], int32s: (0..<120).map { Int32($0) }).write(to: "\(folder)/x.npy")
    try NPYArray(shape: [8, 5, 3], floats: (0..<120).map { Float($0) }).write(to: "\(folder)/y.npy")
    let data = try StoredArray.$mostInMemory.withValue(0) {
      try ArrayScan.$most.withValue(0) { try NumPyDataset(contentsOf: folder, targets: .values) }
    }
    let batch = try Batch(for: data, capacity: 4)
    try [7, 0, 3, 3].withUnsafeBufferPointer { indices in
      try data.load(epoch: 0, indices: indices, into: batch)
      let before = dpt_allocation_count()
      for epoch in 1..<4 { try data.load(epoch: epoch, indices: indices, into: batch) }
      #expect(dpt_allocation_count() == before)
    }
  }

  @Test(.enabled(if: dpt_counts_allocations(), "a sanitizer has allocation functions of its own"))
  func layersOfRowsAndSamplesAllocateNothing() throws {
    for shape in [Shape.sequence(steps: 5, features: 18), .image(height: 3, width: 4, channels: 18)] {
      let layers: [any Layer] = [
        SiLU(input: shape), Softplus(input: shape), PReLU(input: shape), PReLU(input: shape, parameters: 18),
        LogSoftmax(input: shape), GroupNorm(input: shape, groups: 3), InstanceNorm(input: shape), RMSNorm(input: shape),
        LocalResponseNorm(input: shape, size: 5), ChannelDropout(input: shape),
        DropPath(input: shape, probability: 0.2),
        BatchNorm(input: shape, affine: false),
      ]
      for layer in layers {
        let lone = try LoneLayer(layer, input: shape, samples: 7, shards: 3, seed: 1)
        lone.model.initialize(seed: 1)
        let memory = try FloatBuffer(count: 2 * shape.paddedCount(batch: 7) + 16)
        memory.floats.update(repeating: 0.5)
        let input = TensorView(base: memory.base, shape: shape, batch: 7)
        let gradient = TensorView(base: memory.base + shape.paddedCount(batch: 7), shape: shape, batch: 7)
        func step() throws {
          _ = try lone.program.forward(input, lone.context)
          _ = try lone.program.backward(gradient, lone.context)
        }
        try step()
        try step()
        let before = dpt_allocation_count()
        try step()
        #expect(dpt_allocation_count() == before, "\(layer.kind)")
      }
    }
  }
}
