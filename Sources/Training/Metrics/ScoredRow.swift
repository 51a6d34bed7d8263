/// The score that a row has for a class or a label, and whether that is right.
struct ScoredRow: SampleRow {
  /// Grows with the probability.
  let score: Float
  private let tag: UInt32

  init(score: Float, sample: Int32, isPositive: Bool) {
    // Zeros of both signs are equal.
    self.score = score == 0 ? 0 : score
    tag = UInt32(bitPattern: sample) << 1 | (isPositive ? 1 : 0)
  }

  /// The sample's index in its data set.
  var sample: Int32 { Int32(tag >> 1) }
  /// Whether the class or label is right.
  var isPositive: Bool { tag & 1 == 1 }
}

/// How well the scores of a class or a label separate the rows for which it is right from the others.
struct RankingMeasures: Equatable {
  /// The area under the ROC curve; nil unless there are rows of both kinds.
  var rocAUC: Double?
  /// The average precision; nil if it is right for no row.
  var averagePrecision: Double?
}

extension [ScoredRow] {
  /// Sorts by descending score. Returns false if a score is NaN.
  mutating func rank() -> Bool {
    guard !contains(where: \.score.isNaN) else { return false }
    sort { $0.score > $1.score }
    return true
  }

  /// Calls `body` for each distinct score, from the largest on, with the number of positive and of negative rows of that score.
  /// `times` says how often a sample counts.
  func forEachScore(times: (Int32) -> Int, _ body: (_ positive: Int, _ negative: Int) -> Void) {
    var (place, positive, negative) = (0, 0, 0)
    while place < count {
      let row = self[place]
      let weight = times(row.sample)
      if row.isPositive { positive += weight } else { negative += weight }
      place += 1
      if place == count || self[place].score != row.score {
        if positive + negative > 0 { body(positive, negative) }
        (positive, negative) = (0, 0)
      }
    }
  }

  /// The measures of ranked rows. The area is the share of pairs of a positive and a negative row in which the positive one has
  /// the larger score; equal scores count half. The average precision is Σ (R[k] − R[k − 1]) P[k] over the distinct scores, with
  /// precision P and recall R of all rows of that score and larger ones.
  func measures(times: (Int32) -> Int) -> RankingMeasures {
    var (positives, negatives, doubledPairs, precisions) = (0, 0, 0, 0.0)
    forEachScore(times: times) { positive, negative in
      doubledPairs += negative * (2 * positives + positive)
      positives += positive
      negatives += negative
      precisions += Double(positive) * (Double(positives) / Double(positives + negatives))
    }
    return RankingMeasures(
      rocAUC: positives > 0 && negatives > 0
        ? Double(doubledPairs) / (2 * Double(positives) * Double(negatives)) : nil,
      averagePrecision: positives > 0 ? precisions / Double(positives) : nil)
  }
}
