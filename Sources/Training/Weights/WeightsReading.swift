import Diagnostics
import Formats
import Foundation
import Layers

extension Model {
  /// Reads all parameters, buffers and counters from a safetensors, `.npz` or PyTorch file, which must have exactly this
  /// model's. A counter that the file lacks, as in files of PyTorch before 0.4.1, starts at 0.
  /// - Throws: `Failure` (noInput, data) naming the file, the tensor, and the shape that would fit.
  public func readWeights(from path: String) throws {
    try readWeights(WeightsSource(file: path))
  }

  /// Reads parameters, buffers and counters from a file. Those that are excepted keep their values; counters that the file
  /// lacks start at 0.
  /// - Throws: `Failure` (noInput, data, configuration) naming the file, the tensor, and the shape that would fit.
  @discardableResult
  package func readWeights(_ source: WeightsSource) throws -> LoadedWeights {
    let path = source.file
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw Failure(
        .noInput, "\(path) is a folder, but must be a file of weights",
        advice: "a run's weights are in \(path)/weights.safetensors")
    }
    let archive = try openTensorArchive(path)
    let plan = try WeightsPlan(source, archive: archive, model: self)
    var counts = weights.counts
    for (item, index) in plan.places {
      switch item {
      case .values(let parameter):
        guard let index else { continue }
        let values = try archive.floats(at: index)
        try checkNumbers(values, of: archive.tensors[index].name, path: path)
        if let start = try weights.values(of: parameter).baseAddress { parameter.copy(fromPyTorch: values, to: start) }
      case .count(_, let place):
        let count = try index.map(archive.integers)?.first ?? 0
        guard count >= 0 else {
          throw Failure(
            .data, "\(path): tensor \"\(item.name)\" is \(count)", advice: "the model needs a scalar of I64, at least 0"
          )
        }
        counts[place] = count
      }
    }
    weights.counts = counts
    weights.noteChange()
    return LoadedWeights(plan, file: path, match: source.match)
  }
}
