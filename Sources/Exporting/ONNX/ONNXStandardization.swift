import ProtocolBuffers
import Tensors

/// Raw sequences or vectors become those of the training, in double precision as there: a channel may have a large mean
/// and a small deviation.
extension ONNXGraph {
  /// The inputs with mean 0 and deviation 1 in each channel.
  func standardized(_ input: ONNXValue, by standardization: InputStandardization) -> ONNXValue {
    let values = cast(input.name, to: .double)
    let result =
      switch standardization {
      case .channel(let scales):
        quotient(
          node("Sub", [values, constant(fresh("channelMeans"), scales.means)]),
          constant(fresh("channelDeviations"), scales.deviations))
      case .sample: bySample(values, mask: mask(of: input))
      }
    return input.with(name: cast(result, to: .float))
  }

  /// Each channel of each sample, by its mean and deviation over the steps that are there.
  private func bySample(_ values: String, mask: String?) -> String {
    let count = lengths.map { node("Unsqueeze", [cast($0, to: .double), constant([1, 2])]) }
    func mean(_ values: String) -> String {
      guard let mask, let count else { return node("ReduceMean", [values, constant([1])]) }
      let there = node("Where", [mask, values, constant(fresh("zero"), [0])])
      return quotient(node("ReduceSum", [there, constant([1])]), count)
    }
    let means = mean(values)
    let centred = node("Sub", [values, means])
    let deviations = node("Sqrt", [mean(node("Mul", [centred, centred]))])
    // Those of values that are all the same are 0, but for rounding.
    let least = node("Mul", [node("Abs", [means]), constant(fresh("remainder"), [1e-12])])
    let differ = node("Greater", [deviations, least])
    return quotient(centred, node("Where", [differ, deviations, constant(fresh("one"), [1])]))
  }

  private func quotient(_ values: String, _ divisors: String) -> String { node("Div", [values, divisors]) }

  private func cast(_ values: String, to type: ONNXTensorProto.DataType) -> String {
    node("Cast", [values], [.int("to", type.rawValue)])
  }
}
