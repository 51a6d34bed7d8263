// A layer of one's own, with its own backward pass: mpirun -np 3 custom-layer Examples/custom-layer/leak.yaml epochs=20
import DPTrain

/// y = max(0, x) + weight · min(0, x), a weight for each feature. The built-in `prelu` does the same.
final class Leak: Layer {
  let kind = "leak"
  let lengthRule = LengthRule.kept
  let outputShape: Shape
  let parameters: [Parameter]

  init(input: Shape, start: Double) {
    outputShape = input
    parameters = [Parameter("weight", shape: [input.features], initialization: .constant(Float(start)))]
  }

  func makePass(_ plan: inout ArenaPlan, batch: Int, wantsInputGradient: Bool) -> any Pass {
    let floats = outputShape.paddedCount(batch: batch)
    plan.gradientSums(of: parameters[0])
    return LeakPass(weight: parameters[0], output: plan.activation(floats), gradient: plan.gradient(floats))
  }
}

/// The layer at work.
struct LeakPass: Pass {
  let weight: Parameter
  let output, gradient: ArenaPlan.Slot

  func forward(_ x: TensorView, _ context: StepContext) -> TensorView { bend(x, x, output, context) }

  func backward(_ dy: TensorView, input x: TensorView, output y: TensorView, _ context: StepContext) -> TensorView? {
    context.sumGradient(of: weight) { sample, sum in  // The same bits on any number of ranks.
      for row in x.rows(ofSample: sample) {
        for column in 0..<x.columns { sum[column] += dy[row, column] * min(0, x[row, column]) }
      }
    }
    return bend(dy, x, gradient, context)
  }

  /// The values, times the weight where x is not above 0.
  private func bend(_ v: TensorView, _ x: TensorView, _ slot: ArenaPlan.Slot, _ context: StepContext) -> TensorView {
    let (result, slope) = (v.with(base: context.arena[slot], columns: v.columns), context.values(weight))
    for row in 0..<v.rows {
      for column in 0..<v.columns { result[row, column] = v[row, column] * (x[row, column] > 0 ? 1 : slope[column]) }
    }
    return result
  }
}

/// The layer in recipes: `- leak: {start: 0.1}`.
struct LeakEntry: LayerEntry {
  var start = 0.25
  static let form = RecipeForm<Self>(
    "leak", "x, a learned share of it below zero", keys: [RecipeKey("start", \.start, .number(), "the first share")])
  func makeLayer(_ site: LayerSite) -> any Layer { Leak(input: site.input, start: start) }
}

TrainingJob().run {
  try Recipe.load(default: "Examples/custom-layer/leak.yaml", extensions: Registry(layers: [LeakEntry.self]))
}
