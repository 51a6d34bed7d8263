import Collectives

/// The status that each rank tells all others with the gradients of a batch.
struct RankStatus {
  /// Seconds in which it got its samples.
  let data: Double
  /// Seconds in which it did all else, since the batch before.
  let compute: Double
  /// What it wants of the training.
  let request: Request
  /// Its `ParameterDigest`, or 0 if parameters are not compared.
  let digest: Double

  /// Words for each rank.
  static let count = 4

  /// Writes the status where the next sum takes it along.
  func write(to table: StatusTable) {
    table.own[0] = data
    table.own[1] = compute
    table.own[2] = Double(request.rawValue)
    table.own[3] = digest
  }

  /// The status of all ranks together.
  struct Summary {
    /// The greatest of all requests.
    private(set) var request = Request.none
    /// Whether all ranks have the same parameters, as far as they were compared.
    private(set) var isAlike = true
    private var meanData = 0.0
    private var meanCompute = 0.0
    private var slowest = 0.0

    /// As told at the last sum.
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

    /// Adds the times of a batch whose sum took `reduction` seconds on this rank, after it told its `own` status. A rank's
    /// waiting is the time until the slowest arrives, known from all ranks' own times.
    func add(to times: inout StepTimes, reduction: Double, own: RankStatus) {
      times.data += meanData
      times.compute += meanCompute
      times.waiting += max(0, slowest - meanData - meanCompute)
      times.communication += max(0, reduction - max(0, slowest - own.data - own.compute))
    }
  }
}

extension RankStatus {
  fileprivate init(_ words: UnsafeBufferPointer<Double>) {
    self.init(
      data: words[0], compute: words[1], request: Request(rawValue: Int(words[2])) ?? .none, digest: words[3])
  }
}
