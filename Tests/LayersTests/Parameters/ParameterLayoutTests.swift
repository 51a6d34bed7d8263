import TestSupport
import Testing

@testable import Layers

/// Values between PyTorch's layout and others, against a table of all places.
@Suite struct ParameterLayoutTests {
  private static let layouts: [(factors: [Int], axes: [Int])] = [
    ([], []), ([5], [0]), ([3, 4], [0, 1]), ([3, 4], [1, 0]), ([2, 3, 4], [0, 2, 1]), ([2, 3, 4], [2, 1, 0]),
    ([2, 3, 4], [1, 0, 2]), ([7, 1, 9], [0, 2, 1]), ([1, 6, 5], [0, 2, 1]), ([2, 3, 4, 5], [0, 2, 3, 1]),
    ([2, 3, 4, 5], [3, 1, 0, 2]), ([2, 3, 4, 5], [2, 3, 0, 1]), ([1, 1, 1], [2, 0, 1]), ([2, 0, 3], [0, 2, 1]),
  ]

  /// For each place here, the one in PyTorch's layout.
  private func places(_ factors: [Int], _ axes: [Int]) -> [Int] {
    var places = [0]
    for axis in axes {
      let stride = factors[(axis + 1)...].reduce(1, *)
      places = places.flatMap { place in (0..<factors[axis]).map { place + $0 * stride } }
    }
    return places
  }

  @Test(arguments: layouts) func valuesAreInTheirPlaces(factors: [Int], axes: [Int]) {
    let parameter = Parameter(
      "weight", shape: factors, initialization: .uniform(bound: 1), factors: factors, axes: axes)
    let places = places(factors, axes)
    #expect(places.count == parameter.count)
    let values = (0..<parameter.count).map(Float.init)
    let here = parameter.fromPyTorch(values)
    #expect(here == places.map { values[$0] })
    #expect(parameter.toPyTorch(here) == values)
    #expect(parameter.toPyTorch(here[...].reversed().reversed()) == values)
    var copied = [Float](repeating: -1, count: parameter.count)
    var drawn = copied
    copied.withUnsafeMutableBufferPointer {
      if let start = $0.baseAddress { parameter.copy(fromPyTorch: values, to: start) }
    }
    #expect(copied == here)
    drawn.withUnsafeMutableBufferPointer { parameter.initialize($0, seed: 3, index: 2) }
    #expect(drawn == parameter.fromPyTorch(parameter.initialization.values(shape: factors, seed: 3, index: 2)))
  }
}
