import Diagnostics
import Images

extension [TransformSettings] {
  /// The transforms, one after the other; `key` is the list's.
  /// - Throws: `Failure` (configuration) where a normalisation is not the last.
  public func makePipeline(key: String) throws -> TransformPipeline {
    var normalize = Normalize.none
    for (index, settings) in enumerated() {
      guard case .normalize(let numbers) = settings else { continue }
      guard index == count - 1 else {
        throw Failure(
          .configuration, "\(key).\(index) is \(Normalize.name), but \(count - 1 - index) more transforms follow",
          advice: "it must be the last: the others work on colours from 0 to 1")
      }
      normalize = numbers.normalize
    }
    return TransformPipeline(compactMap(\.chosenSettings.transform), normalize: normalize)
  }
}
