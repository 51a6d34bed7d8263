/// The candidate that a misspelt `name` most likely means; nil if none is near.
///
/// Near is a distance of at most a third of the name's length; of two letters, those two swapped. The distance is that of optimal
/// string alignment: letters changed, added, left out, or swapped with a neighbour (Damerau 1964, Levenshtein 1966). Case is
/// ignored.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
  let wanted = Array(name.lowercased())
  if wanted.count < 3 { return candidates.first { $0.lowercased().sorted() == wanted.sorted() } }
  let limit = wanted.count / 3
  let ranked = candidates.map { (name: $0, distance: editDistance(wanted, Array($0.lowercased()))) }
  guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= limit else { return nil }
  return best.name
}

private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...b.count)
  for i in 0..<a.count {
    var current = [i + 1]
    for j in 0..<b.count {
      let substitution = previous[j] + (a[i] == b[j] ? 0 : 1)
      var least = min(substitution, previous[j + 1] + 1, current[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, beforePrevious[j - 1] + 1) }
      current.append(least)
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[b.count]
}
