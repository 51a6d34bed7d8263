import Layers
import Tensors
import Testing

/// Only computed products are counted.
@Suite struct OperationCountTests {
  @Test func theFirstRecurrentLayerComputesNoGradientOfItsInputs() throws {
    let input = Shape.sequence(steps: 4, features: 3)
    let forward = 2 * 4 * (4 * 5 * 3 + 4 * 5 * 5)
    let model = try Model(
      inputShape: input, layers: [LSTM(input: input, hiddenSize: 5, output: .last)])
    #expect(model.trainingOperations == 3 * forward - 2 * 4 * 4 * 5 * 3)
    let second = Shape.sequence(steps: 4, features: 5)
    let above = 2 * 4 * (3 * 6 * 5 + 3 * 6 * 6)
    let two = try Model(
      inputShape: input,
      layers: [
        LSTM(input: input, hiddenSize: 5, output: .all), GRU(input: second, hiddenSize: 6, output: .last),
      ])
    #expect(two.trainingOperations == model.trainingOperations + 3 * above)
  }
}
