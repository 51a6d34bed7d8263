/// The first three of some notices of one kind; if there are more, a last one, which `more` makes of their number.
package func firstNotices(_ all: [String], more: (Int) -> String) -> [String] {
  let limit = 3
  return all.count > limit ? all.prefix(limit) + [more(all.count - limit)] : all
}
