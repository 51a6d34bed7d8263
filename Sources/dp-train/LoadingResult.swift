import DPTrain
import Foundation

/// The result of `benchmark --loading`, as text and as JSON.
struct LoadingResult: Encodable {
  private let recipe: String
  private let ranks: Int
  /// Of all ranks together; nil if the time was over before.
  private let firstEpochSamplesPerSecond, laterSamplesPerSecond: Double?

  init(recipe: String, ranks: Int, _ rate: LoadingRate) {
    (self.recipe, self.ranks) = (recipe, ranks)
    (firstEpochSamplesPerSecond, laterSamplesPerSecond) = (rate.first.rate, rate.later.rate)
  }

  /// The result as one line of JSON.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// One line.
  var text: String {
    func words(_ rate: Double?, _ when: String) -> String? {
      rate.map { "\(Format.count(Int($0))) samples/s \(when)" }
    }
    let rates = [
      words(firstEpochSamplesPerSecond, "in the first epoch"), words(laterSamplesPerSecond, "in later ones"),
    ].compactMap(\.self)
    return "\(recipe): loads \(rates.isEmpty ? "less than two batches" : rates.joined(separator: ", ")), "
      + "\(counted(ranks, "rank"))\n"
  }
}
