import Diagnostics
import Formats

extension ArrayCollection {
  /// The weights of `count` samples in the array `name`.
  /// - Throws: `Failure` (data) naming the shape or the entry that is wrong.
  func weights(_ name: String, count: Int, path: String) throws -> [Double] {
    let weights = try samples(
      name, count: count, path: path,
      advice: "sampling is weights, which needs the \(noun) \(name) with a number from 0 up for each sample"
    ).doubles()
    if let wrong = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw Failure(
        .data, "\(path): \(name)[\(wrong)] is \(weights[wrong].text)",
        advice: "samples are drawn in proportion to their weights: write 1 for a usual sample, 0 for one to leave out")
    }
    return weights
  }

  /// The groups of `count` samples in an array that has the same number for all samples of a group; nil if none are
  /// wanted, or the archive need not have them and does not.
  /// - Throws: `Failure` (data) naming the shape or the entry that is wrong.
  func groups(_ extras: SampleExtras, count: Int, path: String) throws -> SampleGroups? {
    guard let name = extras.group, extras.needsGroup || names.contains(name) else { return nil }
    guard name != "y" else { throw SampleGroups.ofTarget(name, path: path) }
    let advice = "data.splitBy names the \(noun) with a number for each sample, the same for all samples of a group"
    let array = try samples(name, count: count, path: path, advice: advice)
    let groups = array.texts()
    if let wrong = array.doubles().firstIndex(where: { !$0.isFinite }) {
      throw Failure(
        .data, "\(path): \(name)[\(wrong)] is \(groups[wrong]), so sample \(wrong) has no group", advice: advice)
    }
    return SampleGroups(groups, from: name)
  }

  /// What these files call an array.
  private var noun: String { self is HDF5Files ? "data set" : "array" }

  private func samples(_ name: String, count: Int, path: String, advice: String) throws -> NPYArray {
    guard names.contains(name) else {
      if let failure = (self as? HDF5Files)?.brokenLink(to: name) { throw failure }
      throw Failure(
        .data,
        "\(path): there is no \(noun) \"\(shortened(name))\"; it holds \(listed(names))", advice: advice)
    }
    let array = try array(name)
    guard array.shape == [count] else {
      throw Failure(
        .data, "\(path): \(name) has the shape \(array.shape), but there are \(count) samples", advice: advice)
    }
    return array
  }
}
