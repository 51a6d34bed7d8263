import CKernels
import Collectives
import Layers
import Optimizers
import Tensors

/// The update of a step: mean gradients from their sums, clipping, and the change of the weights.
final class WeightUpdate {
  /// The divided update; nil if every rank makes the whole update.
  let divided: DividedUpdate?
  /// The end of each update.
  private let arrival: ValueArrival
  private let experiment: Experiment
  /// The mean gradients; in a divided update only those of this rank's slices are valid.
  private let gradients: UnsafeMutablePointer<Float>
  private let slices: [Range<Int>]
  /// Memory for the mean gradients if they cannot overwrite their sums, which other ranks may read.
  private let means: FloatBuffer?

  /// The last recorded step's mean gradient before clipping, and the parameters before the step. Only on rank 0, if tensors
  /// are recorded.
  let recorded: (gradient: FloatBuffer, former: FloatBuffer)?
  /// Whether the last step's tensors are recorded; known on every rank.
  private(set) var isRecorded = false
  /// The search for unusual steps; nil if none are recorded.
  var unusualSteps: UnusualSteps?
  /// The search for gradients to shorten; nil if none are shortened.
  var shortening: GradientShortening?

  /// Prepares updates from gradients' sums, or from the `accumulated` sums of several batches. Every rank makes it. `activity`
  /// is told of waiting for values.
  /// - Throws: `Failure` if there is not enough memory or the ranks cannot exchange data.
  init(
    _ experiment: Experiment, sum: any GradientSum, accumulated: FloatBuffer?, communicator: any Communicator,
    activity: Activity
  ) throws {
    self.experiment = experiment
    let model = experiment.model
    let count = model.valueCount
    try model.weights.awaitValues()
    divided = try sum.share.map {
      try DividedUpdate(experiment, pieces: $0, communicator: communicator, activity: activity)
    }
    slices = divided?.slices ?? [0..<count]
    let arrival = ValueArrival(
      model.weights.arrivingValues, pieces: sum.share, average: experiment.average, activity: activity)
    self.arrival = arrival
    model.weights.arrival = arrival
    let sums = accumulated?.base ?? UnsafeMutablePointer(mutating: sum.result)
    let isOwn = divided != nil || accumulated != nil || communicator.size == 1
    means = isOwn ? nil : try FloatBuffer(count: count)
    gradients = means?.base ?? sums
    let records = experiment.settings.recordedTensors.every > 0
    recorded = communicator.isRoot && records ? (try FloatBuffer(count: count), try FloatBuffer(count: count)) : nil
    unusualSteps = records ? UnusualSteps() : nil
    shortening = experiment.settings.outliers.map(GradientShortening.init)
    if records { try divided?.prepareCollecting() }
  }

  /// Divides the sums by the loss's divisor, shortens and clips the gradients, and changes the weights. If nothing counts, or the
  /// loss or a gradient is not finite, it keeps the weights and sets `report.isSkipped`. `number` is the step's number, from 1.
  func run(from sums: UnsafePointer<Float>, number: Int, into report: inout StepReport) throws {
    let settings = experiment.settings
    let values = experiment.model.weights.arrivingValues
    let totals = sums + values.count
    let loss = LossMeans(experiment.loss) { Double(totals[$0.rawValue]) }
    for slice in slices {
      dpt_divide(sums + slice.lowerBound, gradients + slice.lowerBound, slice.count, Float(loss.divisor))
    }
    let norm = try norm()
    report.loss = loss.mean
    report.accuracy = loss.accuracy
    report.gradientNorm = norm
    report.countsNothing = loss.countsNothing
    report.shortenedSteps = shortening?.count
    report.isSkipped = !(loss.mean.isFinite && norm.isFinite)
    isRecorded = false
    let optimizer = experiment.optimizer
    let step = optimizer.stepCount
    report.learningRate = experiment.schedule.learningRate(step: step, base: settings.learningRate)
    if report.isSkipped { return }
    isRecorded = records(number, report)
    if isRecorded {
      try collect(into: recorded?.gradient)
      recorded?.former.base.update(from: values.base, count: values.count)
      // The ranks of a machine share one copy of the weights: none may change it before rank 0 has copied it.
      try divided?.meet()
    }
    try clip(shorten(norm, report: &report))
    try optimizer.step(parameters: values.base, gradients: gradients, learningRate: report.learningRate) {
      try divided?.gather($0)
    }
    // Average the running statistics now: the next forward pass may change them before all values have arrived.
    experiment.average?.updateBuffers(experiment.model.weights.bufferValues.base, step: step)
    arrival.begin(step: step)
    guard let divided else { return try arrival.awaitValues(below: nil) }
    try divided.share()
  }

  /// Whether a step's tensors are recorded: at regular intervals, and if it is unusual. The same on every rank, since losses
  /// and norms have the same bits.
  private func records(_ number: Int, _ report: StepReport) -> Bool {
    let cadence = experiment.settings.recordedTensors
    let isUnusual =
      unusualSteps?.add(loss: report.loss, norm: report.gradientNorm, regular: number / max(cadence.every, 1)) ?? false
    return isUnusual || cadence.includes(number)
  }

  /// The whole vector of mean gradients on all ranks, for reports of faults.
  func wholeGradients(_ communicator: any Communicator) throws -> FloatBuffer {
    let whole = try FloatBuffer(count: experiment.model.valueCount)
    try collect(into: communicator.isRoot ? whole : nil)
    try communicator.broadcast(UnsafeMutableRawBufferPointer(whole.floats), root: 0)
    return whole
  }

  private func collect(into whole: FloatBuffer?) throws {
    if let divided { return try divided.collect(gradients, into: whole) }
    whole?.base.update(from: gradients, count: experiment.model.valueCount)
  }

  private func norm() throws -> Double {
    try divided?.norm(of: gradients) ?? GradientClipping.norm(gradients, count: experiment.model.valueCount)
  }

  /// Shortens the gradient if it is much longer than usual; returns its norm then.
  private func shorten(_ norm: Double, report: inout StepReport) -> Double {
    guard let rule = experiment.settings.outliers, let longest = shortening?.add(norm, rule) else { return norm }
    report.shortenedSteps = shortening?.count
    for slice in slices {
      GradientClipping.scale(gradients + slice.lowerBound, count: slice.count, by: longest / norm)
    }
    return longest
  }

  /// Clips each value, then the norm; `norm` is that before clipping.
  private func clip(_ norm: Double) throws {
    let settings = experiment.settings
    if let limit = settings.clipValue {
      for slice in slices { GradientClipping.clip(gradients + slice.lowerBound, count: slice.count, value: limit) }
    }
    guard let limit = settings.clipNorm else { return }
    let clipped = settings.clipValue == nil ? norm : try self.norm()
    for slice in slices {
      GradientClipping.clip(gradients + slice.lowerBound, count: slice.count, norm: clipped, limit: limit)
    }
  }
}
