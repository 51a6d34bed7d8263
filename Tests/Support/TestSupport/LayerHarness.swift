import Layers
import Tensors

/// One forward and backward pass of a single layer on one rank, with arrays batch-first and channels last.
public struct LayerRun {
  /// Outputs, [samples, (steps or pixels,) features].
  public let outputs: [Float]
  /// ∂ℓ/∂input, [samples, (steps or pixels,) features].
  public let inputGradient: [Float]
  /// ∂ℓ/∂parameter by name.
  public let gradients: [String: [Float]]
  /// Buffers after the run, by name.
  public let buffers: [String: [Float]]

  /// Counters after the run, by name.
  public let counters: [String: Int64]

  /// Runs `layer` on `inputs` with the given parameters; `upstream` is ∂ℓ/∂output. `keepsOutputs` and
  /// `precision` as in `ArenaPlan`.
  public init(
    _ layer: any Layer, inputShape: Shape, inputs: [Float], parameters: [String: [Float]], upstream: [Float],
    shards: Int = 1, lengths: [Int32]? = nil, isTraining: Bool = true, seed: UInt64 = 1,
    buffers: [String: [Float]] = [:], counters: [Int64] = [], withBackward: Bool = true, keepsOutputs: Bool = false,
    precision: Precision = .float32
  ) throws {
    let samples = inputs.count / inputShape.count
    let lone = try LoneLayer(
      layer, input: inputShape, samples: samples, shards: shards, seed: seed, keepsOutputs: keepsOutputs,
      precision: precision)
    let (model, program, context) = (lone.model, lone.program, lone.context)
    if !counters.isEmpty { model.weights.counts = counters }
    for parameter in layer.parameters {
      let values = parameters[String(parameter.name.dropFirst("0.".count))] ?? []
      _ = try model.weights.values(of: parameter).update(fromContentsOf: parameter.fromPyTorch(values))
    }
    for buffer in layer.buffers {
      if let values = buffers[String(buffer.name.dropFirst("0.".count))] {
        _ = try model.weights.values(of: buffer).update(fromContentsOf: values)
      }
    }
    let x = try PackedRows(inputs, shape: inputShape, samples: samples, lengths: lengths, precision: precision)
    let outputLengths = layer.outputShape.isSequence ? lengths?.map { Int32(layer.outputSteps(from: Int($0))) } : nil
    let g = try PackedRows(
      upstream, shape: layer.outputShape, samples: samples, lengths: outputLengths, precision: precision)
    context.isTraining = isTraining
    (outputs, inputGradient) = try onOneInstructionSet {
      program.pack(context)
      let outputs = PackedRows.unpack(try program.forward(x.view, context), shape: layer.outputShape)
      let gradient = withBackward ? try program.backward(g.view, context) : nil
      return (outputs, gradient.map { PackedRows.unpack($0, shape: inputShape) } ?? [])
    }
    if isTraining, layer.sumsBuffers { program.updateBuffers(from: lone.bufferSums.base, context) }
    self.buffers = Dictionary(
      uniqueKeysWithValues: try layer.buffers.map {
        (String($0.name.dropFirst("0.".count)), Array(try model.weights.values(of: $0)))
      })
    self.counters = Dictionary(
      uniqueKeysWithValues: zip(model.counters, model.weights.counts).map {
        (String($0.name.dropFirst("0.".count)), $1)
      })
    self.gradients = Dictionary(
      uniqueKeysWithValues: layer.parameters.map {
        (
          String($0.name.dropFirst("0.".count)),
          $0.toPyTorch(lone.gradients.floats[$0.offset..<$0.offset + $0.count])
        )
      })
  }
}

/// Where the rows of sequences of different lengths start.
public final class Starts {
  /// A number for each sequence, and the number of all rows.
  public let base: UnsafeMutablePointer<Int32>

  /// The rows of sequences of these lengths.
  public init(_ lengths: [Int32]) {
    base = .allocate(capacity: lengths.count + 1)
    base[0] = 0
    for (sample, length) in lengths.enumerated() { base[sample + 1] = base[sample] + length }
  }

  deinit { base.deallocate() }
}

/// A batch-first array as a view with padded rows: time-major, or ragged if there are lengths.
public struct PackedRows {
  private let buffer: FloatBuffer
  private let starts: Starts?
  /// The rows; valid as long as this object lives.
  public let view: TensorView

  /// Packs the values of `samples` samples of a shape, with `lengths` only the first steps of each; they are
  /// rounded to the `precision`.
  public init(
    _ values: [Float], shape: Shape, samples: Int, lengths: [Int32]? = nil, precision: Precision = .float32
  ) throws {
    let stride = paddedToLanes(shape.features)
    buffer = try FloatBuffer(count: samples * shape.steps * shape.positions * stride)
    let base = Values(buffer.base, precision)
    starts = lengths.map(Starts.init)
    if let starts {
      view = TensorView(
        base: base, starts: UnsafePointer(starts.base), batch: samples, columns: shape.features, stride: stride)
    } else {
      view = TensorView(
        base: base, steps: shape.steps, batch: samples, positions: shape.positions, columns: shape.features,
        stride: stride)
    }
    for sample in 0..<samples {
      for step in 0..<view.steps(ofSample: sample) {
        for position in 0..<shape.positions {
          let row = view.row(step: step, sample: sample, position: position)
          let first = ((sample * shape.steps + step) * shape.positions + position) * shape.features
          for column in 0..<shape.features { row[column] = values[first + column] }
        }
      }
    }
  }

  /// The values of a view that is not ragged, batch-first and without pads.
  public static func unpack(_ view: TensorView) -> [Float] {
    precondition(view.starts == nil, "a ragged view needs a shape")
    return unpack(
      view,
      shape: view.positions > 1 ? Shape([view.positions, 1, view.columns]) : Shape([view.steps, view.columns]))
  }

  /// The values of a view of samples of a shape, batch-first and without pads; zeros for steps that are not there.
  public static func unpack(_ view: TensorView, shape: Shape) -> [Float] {
    var values = [Float](repeating: 0, count: view.batch * shape.count)
    for sample in 0..<view.batch {
      for step in 0..<view.steps(ofSample: sample) {
        for position in 0..<view.positions {
          let row = view.row(step: step, sample: sample, position: position)
          let first = ((sample * shape.steps + step) * shape.positions + position) * shape.features
          for column in 0..<shape.features { values[first + column] = row[column] }
        }
      }
    }
    return values
  }
}
