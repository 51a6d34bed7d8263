import Layers
import Tensors
import TestSupport
import Testing

/// Depthwise convolutions, and others whose groups have few channels, which share the lanes.
@Suite struct NarrowGroupsTests {
  struct Case: Sendable {
    let input: Shape
    /// Channels and outputs of a group.
    let width: Int
    let window: Window
    var rectifies = false
    var bias = true

    var groups: Int { input.features / width }

    /// The input of some channels.
    func input(features: Int) -> Shape {
      input.isSequence
        ? .sequence(steps: input.steps, features: features)
        : .image(height: input.extents[0], width: input.extents[1], channels: features)
    }

    /// The convolution with all its groups, or one group by itself.
    func layer(features: Int) throws -> Sequential {
      let (input, groups) = (input(features: features), features / width)
      let convolution: any Layer =
        input.isSequence
        ? try Conv1d(input: input, outputs: features, window: window, groups: groups, bias: bias, algorithm: .direct)
        : try Conv2d(input: input, outputs: features, window: window, groups: groups, bias: bias, algorithm: .direct)
      let relus = rectifies ? [ReLU(input: convolution.outputShape)] : []
      return Sequential(input: input, layers: [convolution] + relus)
    }
  }

  /// Every width, whole panels and others, images of any size below, at and above what is gone through at once.
  static let cases = [
    Case(
      input: .image(height: 9, width: 17, channels: 32), width: 1, window: Window(kernel: .init(3), padding: .init(1))),
    Case(
      input: .image(height: 8, width: 11, channels: 19), width: 1,
      window: Window(kernel: .init(3), stride: .init(2), padding: .init(1)), rectifies: true),
    Case(
      input: .image(height: 7, width: 6, channels: 3), width: 1,
      window: Window(
        kernel: .init(height: 5, width: 2), stride: .init(height: 3, width: 1), padding: .init(height: 4, width: 3),
        dilation: .init(height: 1, width: 2)), rectifies: true),
    Case(
      input: .image(height: 40, width: 21, channels: 5), width: 1,
      window: Window(kernel: .init(5), stride: .init(height: 1, width: 2), padding: .init(2)), bias: false),
    Case(
      input: .image(height: 2, width: 2, channels: 16), width: 1, window: Window(kernel: .init(2), stride: .init(3))),
    Case(
      input: .image(height: 6, width: 9, channels: 38), width: 2,
      window: Window(kernel: .init(3), padding: .init(1), dilation: .init(2)), rectifies: true),
    Case(
      input: .image(height: 10, width: 7, channels: 32), width: 4,
      window: Window(kernel: .init(3), stride: .init(2), padding: .init(1)), rectifies: true),
    Case(
      input: .image(height: 5, width: 8, channels: 24), width: 8,
      window: Window(kernel: .init(height: 1, width: 4), stride: .init(3), padding: .init(1))),
    Case(
      input: .sequence(steps: 23, features: 21), width: 1, window: .steps(kernel: 5, stride: 2, padding: .zeros(3)),
      rectifies: true),
    Case(
      input: .sequence(steps: 9, features: 12), width: 4, window: .steps(kernel: 3, padding: .zeros(2), dilation: 2)),
    Case(input: .sequence(steps: 11, features: 18), width: 2, window: .steps(kernel: 4, padding: .same)),
    Case(
      input: .sequence(steps: 13, features: 17), width: 1,
      window: .steps(kernel: 3, stride: 2, padding: .causal, dilation: 2), rectifies: true),
  ]

  @Test(arguments: cases)
  func theBitsAreThoseOfEachGroupAlone(_ shape: Case) throws {
    var random = TestRandom(5)
    let (samples, width, features) = (5, shape.width, shape.input.features)
    let output = try shape.layer(features: features).outputShape
    let x = random.floats(samples * shape.input.count)
    let weight = random.floats(features * width * shape.window.taps)
    let bias = random.floats(features)
    let upstream = random.floats(samples * output.count)
    /// The values of one group's channels.
    func part(_ values: [Float], _ group: Int) -> [Float] {
      values.indices.filter { $0 % features / width == group }.map { values[$0] }
    }
    func run(x: [Float], weight: [Float], bias: [Float], upstream: [Float]) throws -> LayerRun {
      try LayerRun(
        shape.layer(features: bias.count), inputShape: shape.input(features: bias.count), inputs: x,
        parameters: ["0.weight": weight, "0.bias": bias], upstream: upstream, shards: 3)
    }
    let runs = try onEachInstructionSet { try run(x: x, weight: weight, bias: bias, upstream: upstream) }
    for group in 0..<shape.groups {
      let (rows, inner) = (group * width..<(group + 1) * width, width * shape.window.taps)
      let alone = try run(
        x: part(x, group),
        weight: Array(weight[rows.lowerBound * inner..<rows.upperBound * inner]), bias: Array(bias[rows]),
        upstream: part(upstream, group))
      for (name, all) in runs {
        let place = Comment(rawValue: "\(name), group \(group)")
        #expect(bits(part(all.outputs, group)) == bits(alone.outputs), place)
        #expect(bits(part(all.inputGradient, group)) == bits(alone.inputGradient), place)
        let weights = try #require(all.gradients["0.weight"])
        #expect(
          bits(weights[rows.lowerBound * inner..<rows.upperBound * inner])
            == bits(try #require(alone.gradients["0.weight"])), place)
        if shape.bias {
          #expect(
            bits(try #require(all.gradients["0.bias"])[rows]) == bits(try #require(alone.gradients["0.bias"])), place)
        }
      }
    }
  }
}
