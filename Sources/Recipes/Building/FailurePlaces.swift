import Diagnostics

extension Recipe {
  /// Runs `body`. If it fails with a message that begins with one of these keys, such as "data.folds is 9, but", the place
  /// where the key was given comes before that.
  func placing<Result>(_ keys: String..., body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as Failure {
      let subject = failure.message.prefix { $0 != " " && $0 != ":" }
      guard let key = keys.first(where: { $0 == subject }), let place = origin.place(of: key) else { throw failure }
      throw failure.located("\(place)")
    }
  }
}
