import Collectives

/// A rank's status, which travels to all others with the gradients of a batch.
struct RankStatus {
  /// Seconds of loading samples.
  let data: Double
  /// Seconds of all other work since the batch before.
  let compute: Double
  /// Those of them in which the rank computed its shards.
  let passes: Double
  /// The rank's request.
  let request: Request
  /// The rank's `ParameterDigest`; 0 if parameters are not compared.
  let digest: Double

  /// The number of status words of a rank.
  static let count = 5

  /// Writes the status to the words of the next sum.
  func write(to table: StatusTable) {
    table.own[0] = data
    table.own[1] = compute
    table.own[2] = passes
    table.own[3] = Double(request.rawValue)
    table.own[4] = digest
  }

  /// The status of all ranks together.
  struct Summary {
    /// The highest of all requests.
    private(set) var request = Request.none
    /// Whether all compared parameters are the same on all ranks.
    private(set) var isAlike = true
    private var meanData = 0.0
    private var meanCompute = 0.0
    private var slowest = 0.0

    /// The summary of the last sum's status words.
    init(_ table: StatusTable, ranks: Int) {
      let first = RankStatus(table[0])
      for rank in 0..<ranks {
        let status = RankStatus(table[rank])
        meanData += status.data / Double(ranks)
        meanCompute += status.compute / Double(ranks)
        slowest = max(slowest, status.data + status.compute)
        request = max(request, status.request)
        isAlike = isAlike && status.digest == first.digest
      }
    }

    /// Adds the times of a batch to `times`. Its sum took `reduction` seconds on this rank, whose status was `own`. A rank's
    /// waiting is the time until the slowest arrives, computed from all ranks' times.
    func add(to times: inout StepTimes, reduction: Double, own: RankStatus) {
      times.data += meanData
      times.compute += meanCompute
      times.waiting += max(0, slowest - meanData - meanCompute)
      times.communication += max(0, reduction - max(0, slowest - own.data - own.compute))
    }
  }
}

extension RankStatus {
  /// Reads a rank's words after a sum.
  init(_ words: UnsafeBufferPointer<Double>) {
    self.init(
      data: words[0], compute: words[1], passes: words[2], request: Request(rawValue: Int(words[3])) ?? .none,
      digest: words[4])
  }
}
