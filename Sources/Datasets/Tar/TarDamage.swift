import Diagnostics

/// What is wrong with some tar files and their samples.
package struct TarDamage: Sendable {
  /// The tar files, for messages.
  let source: String
  /// Why samples were left out.
  let samples: [Failure]
  /// Tar files that may lack members.
  let breaks: [TarBreak]
  /// That targets are not of one kind; nil if they seem to be.
  var mixture: String?

  /// The first fault, for a job that should end with it; nil if there is none.
  package var first: Failure? { breaks.first?.failure ?? samples.first }

  /// What was left out, to explain what fails for lack of it; nil if nothing was.
  package var summary: String? {
    var lines: [String] = []
    if let first = samples.first {
      lines.append(
        samples.count == 1
          ? "1 sample of \(source) was left out: \(first.message)"
          : "\(samples.count) samples of \(source) were left out; the first: \(first.message)")
    }
    if let first = breaks.first {
      let others = breaks.count - 1
      lines.append(
        first.failure.message + (others > 0 ? ", and \(counted(others, "more tar file")) may lack members" : ""))
    }
    if let mixture { lines.append(mixture) }
    return lines.isEmpty ? nil : lines.joined(separator: "\n  ")
  }

  /// Notices about the first of all that was left out.
  package var notices: [String] {
    let ends = firstNotices(breaks.map(\.notice)) {
      "\(source): \(counted($0, "more tar file")) cut or without the mark of the end"
    }
    let leftOut = firstNotices(samples.map { "\($0.message); left out" }) {
      "\(source): \(counted($0, "more sample")) left out"
    }
    return [mixture].compactMap(\.self) + ends + leftOut
  }
}

/// A tar file that may lack members, since it is cut or has no mark of its end.
struct TarBreak {
  /// What is wrong with it.
  let failure: Failure
  /// The number of samples that are read from it.
  let samples: Int

  /// What is wrong, and how much there is nevertheless.
  var notice: String {
    switch samples {
    case 0: "\(failure.message); no sample is read from it"
    case 1: "\(failure.message); 1 sample is read from it"
    default: "\(failure.message); \(samples) samples are read from it"
    }
  }
}
