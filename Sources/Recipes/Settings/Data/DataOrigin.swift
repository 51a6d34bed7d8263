import Diagnostics

extension Field {
  /// The key of a source whose data the user has to get.
  static func origin(_ property: any WritableKeyPath<Root, String?> & Sendable) -> Field {
    Field("origin", property, .optional(.text), "where the data can be had, for the message when it is missing")
  }
}

/// The failure of data that is not where the recipe says, at `path`; `key` is what names it.
func missingData(_ message: String, path: String, key: String, origin: String?) -> Failure {
  let sources = origin.map { "get the data: \($0); or " } ?? ""
  return Failure(
    .noInput, message,
    advice: "\(sources)set \(key) to where it is" + (pathAdvice(path).map { "; \($0)" } ?? ""))
}
