import Collectives

/// The scores of all rows for each class or label, divided among the ranks by class, so that each is ranked on one rank.
///
/// Until the end each rank keeps the scores of its own samples, 8 bytes each; then those of its classes from all ranks. So a
/// score takes 16 bytes, on all ranks together.
struct ScoreTable {
  /// This rank's rows of each class or label.
  private var own: [[ScoredRow]]
  /// The class or label and the ranked rows of those that this rank has; nil for rows if a score is NaN.
  private var ranked: [(part: Int, rows: [ScoredRow]?)] = []

  /// The index of the first class or label.
  private let firstPart: Int

  /// An empty table of `columns` classes or labels, the first of which has the index `firstPart`.
  init(columns: Int, firstPart: Int) {
    self.firstPart = firstPart
    own = Array(repeating: [], count: columns)
  }

  /// The number of classes or labels.
  var columns: Int { own.count }

  /// Adds a row's score for a class or label.
  mutating func add(_ row: ScoredRow, to column: Int) { own[column].append(row) }

  /// Exchanges the scores and ranks them; every rank calls it.
  mutating func exchange(_ communicator: any Communicator) throws {
    let (size, rank, stride) = (communicator.size, communicator.rank, MemoryLayout<ScoredRow>.stride)
    let counts = try communicator.gather(own.first?.count ?? 0)
    for first in Swift.stride(from: 0, to: columns, by: size) {
      let sent = (0..<size).map { first + $0 < columns ? own[first + $0].count * stride : 0 }
      let isReceiving = first + rank < columns
      let received = counts.map { isReceiving ? $0 * stride : 0 }
      let rows = own[first..<min(first + size, columns)].flatMap(\.self)
      for column in first..<min(first + size, columns) { own[column] = [] }
      var result = [ScoredRow](unsafeUninitializedCapacity: received.reduce(0, +) / stride) { _, count in
        count = received.reduce(0, +) / stride
      }
      try rows.withUnsafeBytes { rows in
        try result.withUnsafeMutableBytes { result in
          try communicator.alltoall(
            rows, sendCounts: sent, sendOffsets: starts(of: sent), into: result, receiveCounts: received,
            receiveOffsets: starts(of: received))
        }
      }
      if isReceiving { ranked.append((first + rank, result.rank() ? result : nil)) }
    }
  }

  /// The measures of every class or label on all ranks, for each of `resamples` ways to count samples. `times` says how often a
  /// sample counts, and is asked for one resample after the other; every rank calls it.
  func measures(
    resamples: Int, _ communicator: any Communicator, times: (_ resample: Int) -> (Int32) -> Int
  ) throws -> [[RankingMeasures]] {
    var found: [Double] = []
    for resample in 0..<resamples where !ranked.isEmpty {
      let times = times(resample)
      for (_, rows) in ranked {
        let measures = rows?.measures(times: times) ?? RankingMeasures()
        found += [measures.rocAUC ?? .nan, measures.averagePrecision ?? .nan]
      }
    }
    let all = try communicator.gather(found)
    return (0..<resamples).map { resample in
      (0..<columns).map { column in
        let (rank, place) = (column % communicator.size, column / communicator.size)
        let held = (columns - rank + communicator.size - 1) / communicator.size
        let index = 2 * (resample * held + place)
        let (area, precision) = (all[rank][index], all[rank][index + 1])
        return RankingMeasures(
          rocAUC: area.isNaN ? nil : area, averagePrecision: precision.isNaN ? nil : precision)
      }
    }
  }

  /// The curves of all classes or labels on all ranks; none if there are too many. Every rank calls it.
  func curves(_ communicator: any Communicator) throws -> [RankingCurve] {
    guard columns <= RankingCurve.mostParts else { return [] }
    let own = ranked.compactMap { part, rows in rows.flatMap { RankingCurve(part: firstPart + part, $0) } }
    let numbers = own.flatMap { curve in
      [curve.part, curve.points.count] + curve.points.flatMap { [$0.positive, $0.negative] }
    }
    return try communicator.gather(numbers).flatMap(RankingCurve.curves).sorted { $0.part < $1.part }
  }

  private func starts(of lengths: [Int]) -> [Int] {
    lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }.dropLast()
  }
}

extension RankingCurve {
  /// Curves from the numbers that another rank sent: part, number of points, points.
  fileprivate static func curves(_ numbers: [Int]) -> [RankingCurve] {
    var (curves, place): ([RankingCurve], Int) = ([], 0)
    while place < numbers.count {
      let (part, count) = (numbers[place], numbers[place + 1])
      curves.append(
        RankingCurve(
          part: part,
          points: (0..<count).map {
            Point(positive: numbers[place + 2 + 2 * $0], negative: numbers[place + 3 + 2 * $0])
          }))
      place += 2 + 2 * count
    }
    return curves
  }

  private init(part: Int, points: [Point]) {
    (self.part, self.points) = (part, points)
  }
}
