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

  /// Runs `layer` on `inputs` with the given parameters; `upstream` is ∂ℓ/∂output. `keepsOutputs` as in `ArenaPlan`.
  public init(
    _ layer: any Layer, inputShape: Shape, inputs: [Float], parameters: [String: [Float]], upstream: [Float],
    shards: Int = 1, lengths: [Int32]? = nil, isTraining: Bool = true, seed: UInt64 = 1,
    buffers: [String: [Float]] = [:], counters: [Int64] = [], withBackward: Bool = true, keepsOutputs: Bool = false
  ) throws {
    let samples = inputs.count / inputShape.count
    let lone = try LoneLayer(
      layer, input: inputShape, samples: samples, shards: shards, seed: seed, keepsOutputs: keepsOutputs)
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
    let x = try PackedRows(inputs, shape: inputShape, samples: samples)
    let g = try PackedRows(upstream, shape: layer.outputShape, samples: samples)
    let result: (outputs: [Float], inputGradient: [Float]) = try (lengths ?? []).withUnsafeBufferPointer { lengths in
      context.lengths = lengths.isEmpty ? nil : lengths.baseAddress
      context.isTraining = isTraining
      program.pack(context)
      let outputs = PackedRows.unpack(try program.forward(x.view, context))
      let inputGradient = withBackward ? try program.backward(g.view, context).map(PackedRows.unpack) ?? [] : []
      if isTraining, layer.sumsBuffers { program.updateBuffers(from: lone.bufferSums.base, context) }
      return (outputs, inputGradient)
    }
    outputs = result.outputs
    inputGradient = result.inputGradient
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

/// A batch-first array as a time-major view with padded rows.
public struct PackedRows {
  private let buffer: FloatBuffer
  /// The rows; valid as long as this object lives.
  public let view: TensorView

  /// Packs the values of `samples` samples of a shape.
  public init(_ values: [Float], shape: Shape, samples: Int) throws {
    let stride = paddedToLanes(shape.features)
    buffer = try FloatBuffer(count: samples * shape.steps * shape.positions * stride)
    view = TensorView(
      base: buffer.base, steps: shape.steps, batch: samples, positions: shape.positions, columns: shape.features,
      stride: stride)
    var next = values.makeIterator()
    for sample in 0..<samples {
      for step in 0..<shape.steps {
        for position in 0..<shape.positions {
          let row = view.row(step: step, sample: sample, position: position)
          for column in 0..<shape.features { row[column] = next.next() ?? 0 }
        }
      }
    }
  }

  /// The values of a view, batch-first and without pads.
  public static func unpack(_ view: TensorView) -> [Float] {
    (0..<view.batch).flatMap { sample in
      (0..<view.steps).flatMap { step in
        (0..<view.positions).flatMap { position in
          (0..<view.columns).map { view.row(step: step, sample: sample, position: position)[$0] }
        }
      }
    }
  }
}
