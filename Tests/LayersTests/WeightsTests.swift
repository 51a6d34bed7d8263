import Tensors
import Testing

@testable import Layers

@Suite struct WeightsTests {
  /// Writes a number to the last value when all are waited for.
  private final class Arrival: WeightArrival {
    let values: FloatBuffer
    private(set) var offsets: [Int?] = []

    init(_ values: FloatBuffer) { self.values = values }

    func awaitValues(below offset: Int?) throws {
      offsets.append(offset)
      if offset == nil { values.floats[values.count - 1] = 5 }
    }
  }

  private func weights() throws -> Weights {
    let linear = Linear(input: .vector(3), outputs: 2)
    let model = try Model(inputShape: .vector(3), layers: [linear, BatchNorm(input: linear.outputShape)])
    model.initialize(seed: 1)
    return model.weights
  }

  @Test func readersGetValuesThatHaveArrived() throws {
    let weights = try weights()
    let arrival = Arrival(weights.arrivingValues)
    weights.arrival = arrival
    try weights.awaitValues(below: 3)
    #expect(weights.arrivingValues.floats.last == 0)
    #expect(try weights.values.floats.last == 5)
    #expect(arrival.offsets == [3, nil])
  }

  @Test func weightsThatFollowOthersArriveAndChangeWithThem() throws {
    let weights = try weights()
    let values = try FloatBuffer(count: weights.arrivingValues.count)
    let average = Weights(following: weights, values: values, bufferValues: weights.bufferValues)
    weights.arrival = Arrival(values)
    #expect(try average.values.floats.last == 5 && weights.arrivingValues.floats.last == 0)
    let version = average.version
    weights.noteChange()
    weights.counts[0] = 9
    #expect(average.version != version && average.counts == [9])
  }

  @Test func aCopyStaysAsItIs() throws {
    let weights = try weights()
    weights.arrival = Arrival(weights.arrivingValues)
    weights.counts[0] = 9
    let copy = try Weights(roomFor: weights)
    try copy.copy(weights)
    let expected = Array(weights.arrivingValues.floats)
    weights.arrivingValues.floats.update(repeating: 0)
    weights.bufferValues.floats.update(repeating: 3)
    weights.counts[0] = 10
    #expect(try Array(copy.values.floats) == expected && expected.last == 5)
    #expect(copy.bufferValues.floats.contains(1) && !copy.bufferValues.floats.contains(3) && copy.counts == [9])
  }
}
