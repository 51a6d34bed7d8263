/// The beginning of a text longer than 40 characters, for messages that quote what a file holds.
package func shortened(_ text: String) -> String { text.count > 40 ? text.prefix(37) + "..." : text }

/// The first names of a list, for messages.
package func listed(_ names: some Collection<String>, most: Int = 12) -> String {
  names.prefix(most).map(shortened).joined(separator: ", ") + (names.count > most ? ", …" : "")
}
