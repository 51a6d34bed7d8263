import Layers
import Tensors
import Testing

/// The gradient check accepts correct layers and finds wrong gradients.
@Suite struct GradientCheckTests {
  /// A product with a weight for each feature; factors make its gradients wrong.
  final class Scaling: Layer {
    let kind = "scaling"
    let outputShape: Shape
    let parameters: [Parameter]
    private let spoilt: (weight: Float, input: Float)

    init(input: Shape, spoilt: (weight: Float, input: Float)) {
      outputShape = input
      self.spoilt = spoilt
      parameters = [Parameter("weight", shape: [input.features], initialization: .uniform(bound: 1))]
    }

    func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
      let floats = outputShape.paddedCount(batch: batch)
      plan.gradientSums(of: parameters[0])
      return ScalingPass(
        weight: parameters[0], spoilt: spoilt, output: plan.activation(floats), gradient: plan.gradient(floats))
    }
  }

  private struct ScalingPass: Pass {
    let weight: Parameter
    let spoilt: (weight: Float, input: Float)
    let output, gradient: ArenaPlan.Slot

    private func scaled(_ view: TensorView, by factor: Float, _ slot: ArenaPlan.Slot, _ context: StepContext)
      -> TensorView
    {
      let result = view.with(base: context.arena[slot], columns: view.columns)
      for row in 0..<view.rows {
        for column in 0..<view.columns {
          result[row, column] = factor * view[row, column] * context.values(weight)[column]
        }
      }
      return result
    }

    func forward(_ input: TensorView, _ context: StepContext) -> TensorView {
      scaled(input, by: 1, output, context)
    }

    func backward(
      _ gradient: TensorView, input: TensorView, output: TensorView, _ context: StepContext
    ) -> TensorView? {
      context.sumGradient(of: weight) { sample, sum in
        for row in gradient.rows(ofSample: sample) {
          for column in 0..<gradient.columns {
            sum[column] += spoilt.weight * gradient[row, column] * input[row, column]
          }
        }
      }
      return scaled(gradient, by: spoilt.input, self.gradient, context)
    }
  }

  private static let shapes = [
    Shape.vector(5), .sequence(steps: 4, features: 18), .image(height: 2, width: 3, channels: 3),
  ]

  @Test(arguments: shapes, [1, 3, 6])
  func rightGradientsPass(shape: Shape, shards: Int) throws {
    let own = try GradientCheck(Scaling(input: shape, spoilt: (1, 1)), input: shape, shards: shards)
    #expect(own.largest < 1e-3, "\(own.differences)")
    let linear = try GradientCheck(Linear(input: shape, outputs: 3), input: shape, shards: shards)
    #expect(linear.largest < 1e-3 && linear.differences.keys.sorted() == ["bias", "input", "weight"])
  }

  @Test(arguments: shapes)
  func wrongGradientsAreFound(shape: Shape) throws {
    let weight = try GradientCheck(Scaling(input: shape, spoilt: (1.02, 1)), input: shape)
    #expect((weight.differences["weight"] ?? 0) > 0.01 && (weight.differences["input"] ?? 1) < 1e-3)
    let input = try GradientCheck(Scaling(input: shape, spoilt: (1, 0.98)), input: shape)
    #expect((input.differences["input"] ?? 0) > 0.01 && (input.differences["weight"] ?? 1) < 1e-3)
  }
}
