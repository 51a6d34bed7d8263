import Layers
import Tensors

/// The recurrent cells under test.
enum TestCell: String, CaseIterable, Sendable {
  case lstm, gru
  case tanh = "rnn-tanh"
  case relu = "rnn-relu"
  case gated

  func layer(
    _ input: Shape, hidden: Int, _ options: RecurrentOptions = RecurrentOptions(), bias: Bool = true
  ) throws -> RecurrentLayer {
    switch self {
    case .lstm: try LSTM(input: input, hiddenSize: hidden, bias: bias, options: options)
    case .gru: try GRU(input: input, hiddenSize: hidden, bias: bias, options: options)
    case .tanh: try RNN(input: input, hiddenSize: hidden, nonlinearity: .tanh, bias: bias, options: options)
    case .relu: try RNN(input: input, hiddenSize: hidden, nonlinearity: .relu, bias: bias, options: options)
    case .gated: try GatedRNN(input: input, hiddenSize: hidden, bias: bias, options: options)
    }
  }
}

/// All combinations of levels, directions and outputs.
struct RecurrentCase: Sendable, CustomStringConvertible {
  let cell: TestCell
  let layers: Int
  let isBidirectional: Bool
  let output: RecurrentOutput

  static let all = TestCell.allCases.flatMap { cell in
    [1, 2].flatMap { layers in
      [false, true].flatMap { isBidirectional in
        RecurrentOutput.allCases.map { output in
          RecurrentCase(cell: cell, layers: layers, isBidirectional: isBidirectional, output: output)
        }
      }
    }
  }

  var options: RecurrentOptions {
    var options = RecurrentOptions(output: output)
    options.layers = layers
    options.isBidirectional = isBidirectional
    return options
  }

  /// The name in Tests/Reference/recurrent.npz.
  var referenceName: String { "\(cell.rawValue)-\(layers)-\(isBidirectional ? "bi" : "uni")" }
  var description: String { "\(referenceName) \(output)" }
}

extension Layer {
  /// Values for all parameters by name, cut from one list in their order.
  func cut(_ values: [Float]) -> [String: [Float]] {
    var rest = values[...]
    return Dictionary(
      uniqueKeysWithValues: parameters.map { parameter in
        defer { rest = rest.dropFirst(parameter.count) }
        return (parameter.name, Array(rest.prefix(parameter.count)))
      })
  }

  /// The number of values of all parameters.
  var valueCount: Int { parameters.reduce(0) { $0 + $1.count } }
}
