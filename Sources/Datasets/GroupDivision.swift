import Diagnostics
import Tensors

/// Divides groups of samples among the parts of the data. A group is in one part alone; the parts are as near as possible to
/// their shares of all samples and of each class.
///
/// The distance from the shares is Pearson's chi-squared: the sum of (have - want)² / want over the parts' numbers of samples,
/// and over their numbers of samples of each class. Each of several random orders of the groups is divided greedily, group
/// after group where it makes the distance least; then single groups move and pairs swap as long as this lessens the distance.
/// The best of all is taken.
struct GroupDivision {
  /// The samples of one group.
  private struct Group {
    var count = 0
    /// Its classes and the number of samples of each.
    var classes: [(index: Int, count: Int)] = []
  }

  private let source: String
  /// The group of each sample.
  private let groupOfSample: [Int]
  private let groups: [Group]
  private let classCounts: [Int]

  /// The groups of samples that have these classes.
  init(_ named: SampleGroups, classes: [Int32]?) {
    let names = named.names
    source = named.source
    var places: [String: Int] = [:]
    var groups: [Group] = []
    let known = Array(Set(classes ?? [])).sorted()
    let classIndices = Dictionary(uniqueKeysWithValues: zip(known, 0...))
    var classCounts = [Int](repeating: 0, count: known.count)
    groupOfSample = names.indices.map { sample in
      let group = places[names[sample], default: groups.count]
      if group == groups.count {
        places[names[sample]] = group
        groups.append(Group())
      }
      groups[group].count += 1
      guard let index = classes.flatMap({ classIndices[$0[sample]] }) else { return group }
      classCounts[index] += 1
      if let place = groups[group].classes.firstIndex(where: { $0.index == index }) {
        groups[group].classes[place].count += 1
      } else {
        groups[group].classes.append((index, 1))
      }
      return group
    }
    self.groups = groups
    self.classCounts = classCounts
  }

  /// The part of each sample. Test groups are chosen first, so that they stay the same if the validation share changes.
  /// - Throws: `Failure` (data) if there are too few groups.
  func parts(_ shares: SplitShares) throws -> [Split] {
    let wanted = (shares.testShare > 0 ? 1 : 0) + (shares.folds ?? (shares.validationShare > 0 ? 2 : 1))
    guard groups.count >= wanted else {
      throw Failure(
        .data,
        "data.splitBy: the samples have \(counted(groups.count, "group")) by \(source), too few for \(counted(wanted, "part"))",
        advice: "no group is in two parts: make data.folds smaller, or give more groups")
    }
    let random = Philox(seed: shares.splitSeed, purpose: .split)
    var parts = [Split](repeating: .training, count: groups.count)
    var rest = Array(groups.indices)
    if shares.testShare > 0 {
      let isKept = divide(rest, shares: [1 - shares.testShare, shares.testShare], leaving: wanted - 1, random)
      for (index, part) in zip(rest, isKept) where part == 1 { parts[index] = .test }
      rest = rest.filter { parts[$0] == .training }
    }
    if let folds = shares.folds {
      let foldOfGroup = divide(rest, shares: Array(repeating: 1 / Double(folds), count: folds), leaving: 1, random)
      for (index, fold) in zip(rest, foldOfGroup) where fold == (shares.fold ?? 1) - 1 { parts[index] = .validation }
    } else if shares.validationShare > 0 {
      let share = shares.validationShare / (1 - shares.testShare)
      let isKept = divide(rest, shares: [1 - share, share], leaving: 1, random)
      for (index, part) in zip(rest, isKept) where part == 1 { parts[index] = .validation }
    }
    return groupOfSample.map { parts[$0] }
  }

  /// The part of each of some groups: an index of `shares`. The first part gets at least `least` groups, the others one.
  private func divide(_ chosen: [Int], shares: [Double], leaving least: Int, _ random: Philox) -> [Int] {
    let starts = max(1, min(Division.starts, Division.work / (chosen.count * shares.count)))
    var best: Division?
    for start in 0..<starts where best?.isExact != true {
      var division = Division(groups: chosen.map { groups[$0] }, classCount: classCounts.count, shares: shares)
      // Each start has random numbers of its own, and none of those that order single samples, of epoch 0.
      let random = StartRandom(random: random, epoch: start + 1)
      division.fill(in: order(chosen.map { groups[$0] }, random, largeFirst: start == 0))
      division.improve(random)
      if best.map({ division.distance < $0.distance }) ?? true { best = division }
    }
    guard var best else { return [] }
    best.fillEmptyParts(leaving: least)
    return best.parts
  }

  /// A random order of groups. With `largeFirst` the large ones come first, which are the hardest to place.
  private func order(_ groups: [Group], _ random: StartRandom, largeFirst: Bool) -> [Int] {
    var order = Array(groups.indices)
    for index in order.indices.dropLast() {
      order.swapAt(index, random.integer(in: index...groups.count - 1, sample: index, element: 0))
    }
    guard largeFirst else { return order }
    return order.enumerated().sorted {
      (-groups[$0.element].count, $0.offset) < (-groups[$1.element].count, $1.offset)
    }.map(\.element)
  }

  /// The random numbers of one start.
  private struct StartRandom {
    let random: Philox
    let epoch: Int

    func integer(in range: ClosedRange<Int>, sample: Int, element: Int) -> Int {
      random.integer(in: range, epoch: epoch, sample: sample, element: element)
    }
  }

  /// A division of groups among parts, and its distance from the shares.
  private struct Division {
    /// The most random orders that are tried.
    static let starts = 8
    /// About how many groups are placed in all starts together, and how many pairs one pass over the groups compares.
    static let work = 1 << 14, pairs = 1 << 17

    let groups: [Group]
    let classCount: Int
    private(set) var parts: [Int]
    /// For each part: the wanted number of samples and of each class, and what it lacks.
    private let wanted: [[Double]]
    private var surplus: [[Double]]

    init(groups: [Group], classCount: Int, shares: [Double]) {
      self.groups = groups
      self.classCount = classCount
      parts = Array(repeating: -1, count: groups.count)
      var totals = [Double](repeating: 0, count: 1 + classCount)
      for group in groups {
        totals[0] += Double(group.count)
        for (index, count) in group.classes { totals[1 + index] += Double(count) }
      }
      wanted = shares.map { share in totals.map { $0 * share } }
      surplus = wanted.map { $0.map { -$0 } }
    }

    /// The distance from the shares.
    var distance: Double {
      zip(surplus, wanted).reduce(0) { sum, part in
        zip(part.0, part.1).enumerated().reduce(sum) { sum, entry in
          let (surplus, wanted) = entry.element
          return sum + weight(entry.offset) * (wanted > 0 ? surplus * surplus / wanted : 0)
        }
      }
    }

    /// The numbers of samples count as much as those of all classes together.
    private func weight(_ quantity: Int) -> Double { quantity == 0 ? Double(max(classCount, 1)) : 1 }

    /// The change of the distance if a part gets (`sign` 1) or loses (-1) a group.
    private func change(_ part: Int, _ group: Int, _ sign: Double) -> Double {
      func change(_ quantity: Int, _ count: Int) -> Double {
        let step = sign * Double(count)
        return weight(quantity) * step * (2 * surplus[part][quantity] + step) / wanted[part][quantity]
      }
      return groups[group].classes.reduce(change(0, groups[group].count)) { $0 + change(1 + $1.index, $1.count) }
    }

    private mutating func add(_ group: Int, to part: Int, _ sign: Double) {
      surplus[part][0] += sign * Double(groups[group].count)
      for (index, count) in groups[group].classes { surplus[part][1 + index] += sign * Double(count) }
    }

    private mutating func move(_ group: Int, to part: Int) {
      if parts[group] >= 0 { add(group, to: parts[group], -1) }
      add(group, to: part, 1)
      parts[group] = part
    }

    /// Places each group where it lessens the distance most.
    mutating func fill(in order: [Int]) {
      for group in order {
        let changes = wanted.indices.map { change($0, group, 1) }
        move(group, to: changes.indices.min { changes[$0] < changes[$1] } ?? 0)
      }
    }

    /// Whether all numbers are those wanted, up to one sample.
    var isExact: Bool { surplus.allSatisfy { $0.allSatisfy { abs($0) <= 1 } } }

    /// Moves groups and swaps pairs of them as long as this lessens the distance.
    mutating func improve(_ random: StartRandom) {
      let partners = max(1, min(groups.count, Division.pairs / groups.count))
      for pass in 0..<64 where !isExact {
        var isBetter = false
        for group in groups.indices {
          let taken = change(parts[group], group, -1)
          for part in wanted.indices where part != parts[group] && taken + change(part, group, 1) < -Self.least {
            move(group, to: part)
            isBetter = true
            break
          }
          let first = random.integer(in: 0...groups.count - 1, sample: group, element: 1 + pass)
          for offset in 0..<partners {
            let other = (first + offset) % groups.count
            let (own, theirs) = (parts[group], parts[other])
            guard own != theirs, swapChange(group, other) < -Self.least else { continue }
            move(group, to: theirs)
            move(other, to: own)
            isBetter = true
          }
        }
        if !isBetter { return }
      }
    }

    /// The least change of the distance that is not a rounding error.
    private static let least = 1e-9

    /// The change of the distance if two groups swap their parts.
    private func swapChange(_ group: Int, _ other: Int) -> Double {
      let (own, theirs) = (parts[group], parts[other])
      // Of (surplus - count + other)², the product of both counts is in neither of the single changes.
      func product(_ quantity: Int, _ count: Int, _ otherCount: Int) -> Double {
        2 * weight(quantity) * Double(count) * Double(otherCount)
          * (1 / wanted[own][quantity] + 1 / wanted[theirs][quantity])
      }
      var sum = change(own, group, -1) + change(theirs, group, 1) + change(theirs, other, -1) + change(own, other, 1)
      sum -= product(0, groups[group].count, groups[other].count)
      for (index, count) in groups[group].classes {
        for entry in groups[other].classes where entry.index == index { sum -= product(1 + index, count, entry.count) }
      }
      return sum
    }

    /// Gives each part without groups the smallest one of a part that can spare it; the first part keeps at least `least`.
    mutating func fillEmptyParts(leaving least: Int) {
      for part in wanted.indices {
        while parts.count(where: { $0 == part }) < (part == 0 ? least : 1) {
          let sparing = groups.indices.filter { group in
            parts[group] != part && parts.count { $0 == parts[group] } > (parts[group] == 0 ? max(least, 1) : 1)
          }
          guard let smallest = sparing.min(by: { groups[$0].count < groups[$1].count }) else { return }
          move(smallest, to: part)
        }
      }
    }
  }
}
