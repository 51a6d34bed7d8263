import Diagnostics
import Layers
import Tensors
import Testing

@Suite struct RecurrentOptionsTests {
  private let shape = Shape.sequence(steps: 3, features: 2)

  @Test func namesAndShapesAreThoseOfPyTorch() throws {
    var options = RecurrentOptions(output: .all)
    options.layers = 2
    options.isBidirectional = true
    let layer = try GRU(input: shape, hiddenSize: 5, options: options)
    #expect(
      layer.parameters.map(\.name)
        == ["_l0", "_l0_reverse", "_l1", "_l1_reverse"].flatMap { end in
          ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map { $0 + end }
        })
    #expect(layer.parameters[0].shape == [15, 2])
    #expect(layer.parameters[8].shape == [15, 10])
    #expect(layer.outputShape == .sequence(steps: 3, features: 10))
    #expect(layer.operations == 2 * 3 * 2 * (15 * (2 + 5) + 15 * (10 + 5)))
  }

  @Test func theGatedRecurrenceHasBiasesByDefault() {
    let with = GatedRNN(input: shape, hiddenSize: 4, output: .last)
    let without = GatedRNN(input: shape, hiddenSize: 4, bias: false, output: .last)
    let weights = ["weight_c_l0", "weight_x_l0", "weight_h_l0"]
    #expect(with.parameters.map(\.name) == weights + ["bias_c_l0", "bias_x_l0"])
    #expect(without.parameters.map(\.name) == weights)
    #expect(without.operations == 2 * 3 * 4 * (2 + 2 + 4))
  }

  @Test func invalidOptionsAreRefused() {
    func refused(_ change: (inout RecurrentOptions) -> Void, _ words: String) {
      var options = RecurrentOptions()
      change(&options)
      let failure = #expect(throws: Failure.self) { try LSTM(input: shape, hiddenSize: 4, options: options) }
      #expect(failure?.exitCode == .configuration)
      #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
    }
    refused({ $0.layers = 0 }, "0 layers")
    refused({ ($0.layers, $0.dropout) = (2, 1) }, "dropout of 1.0")
    refused({ ($0.layers, $0.dropout) = (2, -0.1) }, "dropout of -0.1")
    refused({ $0.dropout = 0.5 }, "layers is 1")
    refused({ ($0.isStateful, $0.isBidirectional) = (true, true) }, "bidirectional")
  }
}
