import Collectives

/// What each rank tells all others with the gradients of a batch.
struct RankWords {
  /// Seconds in which it got its samples.
  let data: Double
  /// Seconds in which it did all else, since the batch before.
  let compute: Double
  /// What it wants of the training.
  let request: Request
  /// Its `ParameterDigest`, or 0 where parameters are not compared.
  let digest: Double

  /// Words for each rank.
  static let count = 4

  /// Hands the words to a reducer, for its next reduction.
  func tell(by reducer: any GradientReducer) {
    reducer.control[0] = data
    reducer.control[1] = compute
    reducer.control[2] = Double(request.rawValue)
    reducer.control[3] = digest
  }

  /// What all ranks told each other.
  struct Summary {
    /// The greatest of all requests.
    private(set) var request = Request.none
    /// Whether all ranks have the same parameters, as far as they were compared.
    private(set) var isAlike = true
    private var meanData = 0.0
    private var meanCompute = 0.0
    private var slowest = 0.0

    /// At the last of a reducer's reductions.
    init(ranks: Int, by reducer: any GradientReducer) {
      let first = RankWords(ofRank: 0, by: reducer)
      for rank in 0..<ranks {
        let words = RankWords(ofRank: rank, by: reducer)
        meanData += words.data / Double(ranks)
        meanCompute += words.compute / Double(ranks)
        slowest = max(slowest, words.data + words.compute)
        request = max(request, words.request)
        isAlike = isAlike && words.digest == first.digest
      }
    }

    /// Adds where the time went, of a reduction that took this rank so long after what it told. A rank's waiting is the time
    /// until the slowest arrives, known from all ranks' own times.
    func add(to times: inout StepTimes, reduction: Double, own: RankWords) {
      times.data += meanData
      times.compute += meanCompute
      times.waiting += max(0, slowest - meanData - meanCompute)
      times.communication += max(0, reduction - max(0, slowest - own.data - own.compute))
    }
  }
}

extension RankWords {
  /// What a rank told at the last reduction.
  fileprivate init(ofRank rank: Int, by reducer: any GradientReducer) {
    let first = rank * RankWords.count
    self.init(
      data: reducer.controls[first], compute: reducer.controls[first + 1],
      request: Request(rawValue: Int(reducer.controls[first + 2])) ?? .none, digest: reducer.controls[first + 3])
  }
}
