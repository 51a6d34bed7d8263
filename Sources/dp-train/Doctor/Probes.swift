import DPTrain
import Foundation

/// The doctor's measurements: sums over all ranks, and writing to disk.
enum Probes {
  private static let rounds = 20

  /// Times sums over all ranks, as long as the gradients of small and large models. Every rank calls it.
  static func network(_ communicator: any Communicator) throws -> Finding? {
    guard communicator.size > 1 else { return nil }
    var times: [Int: Double] = [:]
    for bytes in [4 << 10, 1 << 20, 25 << 20] {
      let sum = try TreeSum(
        SumLayout(elementCount: bytes / 4, statusCount: 1), tree: ReductionTree(shards: communicator.size),
        communicator: communicator)
      try sum.reduce()
      try communicator.barrier()
      let start = monotonicSeconds()
      let count = bytes > 1 << 20 ? 3 : rounds
      for _ in 0..<count { try sum.reduce() }
      times[bytes] = (monotonicSeconds() - start) / Double(count)
    }
    let state = [(4 << 10, "4 KiB"), (1 << 20, "1 MiB"), (25 << 20, "25 MiB")].map { bytes, name in
      String(format: "%@ %.3g ms", name, (times[bytes] ?? 0) * 1e3)
    }
    let small = times[4 << 10] ?? 0
    return Finding(
      subject: "allreduce", state: state.joined(separator: ", "),
      advice: small < 2e-3
        ? nil : "a small sum should take well below 2 ms: look at the binding, and at which network MPI chose")
  }

  /// Times writing and flushing 32 MiB in the folder of runs.
  static func disk(_ folder: String) -> Finding {
    let subject = "disk"
    let size = 32 << 20
    let path = folder + "/.dp-train-doctor"
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let start = monotonicSeconds()
      try AtomicFile.write([UInt8](repeating: 1, count: size), to: path)
      let rate = Double(size) / (monotonicSeconds() - start) / 1e6
      return Finding(
        subject: subject, state: String(format: "%.0f MB/s into %@", rate, folder),
        advice: rate < 20 ? "checkpoints take long to write there: choose a faster place with --out" : nil)
    } catch {
      let message = (error as? Failure)?.message ?? (error as NSError).localizedDescription
      return Finding(subject: subject, state: message, advice: "choose a folder that can be written to with --out")
    }
  }
}
