/// A number and a noun, plural if needed: "1 rank", "2 ranks".
package func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}
