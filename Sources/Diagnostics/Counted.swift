/// A number and a noun, plural if needed: "1 rank", "2 ranks"; `plural` is for nouns that take no "s", such as "classes".
package func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
