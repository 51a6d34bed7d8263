import Diagnostics

extension Field {
  /// The key of a source whose data the user has to get.
  static func origin(_ property: any WritableKeyPath<Root, String?> & Sendable) -> Field {
    Field("origin", property, .optional(.text), "where the data can be had, for the message when it is missing")
  }
}

/// The failure of data that is not where the recipe says; `key` names where that is.
func missingData(_ message: String, key: String, origin: String?) -> Failure {
  let sources = origin.map { "get the data: \($0); or " } ?? ""
  return Failure(
    .noInput, message,
    advice: "\(sources)set \(key) to where it is; paths start from the folder that the program is started in")
}
