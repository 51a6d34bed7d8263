import Datasets
import Diagnostics
import Foundation

/// Reads the inputs of a source whose own files hold inputs with their targets, and says what to give in place of such a file.
struct InputFileReader: InputReader {
  /// The reader of inputs.
  let inputs: any InputReader
  /// The endings of the source's own files.
  let sourceEndings: [String]
  /// What such a file is.
  let kind: String
  /// What inputs are.
  let wanted: String

  var fileEndings: [String] { inputs.fileEndings }

  func samples(_ input: String) throws -> any Dataset {
    let name = input.lowercased()
    if sourceEndings.contains(where: { name.hasSuffix(".\($0)") }), FileManager.default.fileExists(atPath: input) {
      throw Failure(
        .data, "\(input) is \(kind), which dp-train evaluate reads, with its targets",
        advice: "predict takes \(wanted), or a folder of them")
    }
    return try inputs.samples(input)
  }
}
