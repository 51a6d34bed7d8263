/// What the doctor found out about one thing.
struct Finding {
  /// The thing.
  let subject: String
  /// How it is.
  let state: String
  /// What is wrong with it and what to do; nil where all is well.
  var advice: String?
}
