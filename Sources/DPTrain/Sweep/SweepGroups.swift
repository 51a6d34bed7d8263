/// The division of a job's ranks into groups, each of which trains one variant at a time.
struct SweepGroups: Equatable {
  /// The number of groups.
  let count: Int
  /// The group of each rank.
  let groups: [Int]

  /// Divides ranks, those of a machine together. Groups have at least `ranksPerRun` ranks, if there are as many; the sizes of two
  /// groups differ by at most one.
  /// - Parameters:
  ///   - machines: the ranks of each machine.
  ///   - ranksPerRun: nil for one, or more if there are more ranks than variants.
  ///   - variants: the number of variants.
  ///   - shards: the most ranks that a variant can use.
  init(machines: [[Int]], ranksPerRun: Int?, variants: Int, shards: Int) {
    let order = machines.flatMap(\.self)
    let wanted = ranksPerRun ?? min(shards, max(1, order.count / max(variants, 1)))
    count = max(1, order.count / max(wanted, 1))
    var groups = [Int](repeating: 0, count: order.count)
    for (place, rank) in order.enumerated() { groups[rank] = place * count / order.count }
    self.groups = groups
  }

  /// "2 groups of 1 rank", "3 groups of 2 to 3 ranks".
  var text: String {
    let sizes = (0..<count).map { group in groups.count { $0 == group } }
    let (least, most) = (sizes.min() ?? 1, sizes.max() ?? 1)
    let ranks = least == most ? counted(most, "rank") : "\(least) to \(most) ranks"
    return count == 1 ? "one group of \(ranks)" : "\(count) groups of \(ranks)"
  }
}
