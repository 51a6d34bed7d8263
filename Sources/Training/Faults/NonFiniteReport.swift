import Collectives
import Diagnostics
import Layers
import Tensors

/// Finds the source of a loss or gradient that is not finite; every rank calls it.
struct NonFiniteReport {
  /// The maximum number of samples that are named.
  private static let limit = 8

  let model: Model
  let communicator: any Communicator
  /// Whether gradients are added in float16, whose range is small.
  let isHalf: Bool
  /// The number of such steps just before that were skipped.
  let skipped: Int

  /// The failure of a step.
  /// - Parameters:
  ///   - step: its number.
  ///   - loss: the mean loss over the batch.
  ///   - gradients: those of all parameters.
  ///   - samples: this rank's samples whose own loss is not finite, by their indices in the data set.
  func failure(step: Int, loss: Double, gradients: UnsafePointer<Float>, samples: [Int]) throws -> CommonFailure {
    let all = try communicator.gather(samples).joined().sorted()
    var message = "step \(step): the loss is \(loss.text)"
    let faulty = model.parameters.filter { parameter in
      (0..<parameter.count).contains { !gradients[parameter.offset + $0].isFinite }
    }
    if let first = faulty.first {
      // The innermost layer comes last.
      let layer = model.places.last { _, layer in layer.parameters.contains { $0 === first } }?.layer
      message += ", the gradient of \(first.name) (\(layer?.kind ?? "a layer")) is not finite"
      let others = counted(faulty.count - 1, "other parameter")
      if faulty.count > 1 { message += ", nor \(faulty.count == 2 ? "is that" : "are those") of \(others)" }
    }
    if !all.isEmpty {
      let names = all.prefix(NonFiniteReport.limit).map(String.init).joined(separator: ", ")
      message += "; the loss is not finite for \(all.count == 1 ? "sample" : "samples") \(names)"
      if all.count > NonFiniteReport.limit { message += " and \(counted(all.count - NonFiniteReport.limit, "other"))" }
      message += " of the training data"
    }
    if loss.isFinite && faulty.isEmpty && all.isEmpty { message += ", but the norm of the gradient is not finite" }
    // Sums beyond float16's range are infinite, even if the loss is finite.
    let range =
      isHalf && loss.isFinite
      ? "sums of gradients above 65504 do not fit into float16: set compression.format to bfloat16; or " : ""
    return CommonFailure(Failure(.software, message, advice: range + advice), isOfTraining: true)
  }

  private var advice: String {
    let remedy = "try a smaller learning rate, optimizer.clipNorm: 1, or warm-up"
    return skipped == 0
      ? "\(remedy); nonFinite: skip passes over such steps"
      : "nonFinite: skip ends after \(skipped + 1) such steps in a row; \(remedy), and see if inputs are very large"
  }
}
