/// What a rank has begun to share with others and must complete before communication ends: others may still need it.
public final class PendingExchanges {
  private var reducers: [TreeReducer] = []

  /// Nothing begun yet.
  init() {}

  /// Completes everything.
  /// - Throws: `Failure` where the ranks cannot exchange data.
  func complete() throws {
    while let reducer = reducers.last { try reducer.awaitValues() }
  }

  /// Forgets everything, as a failure ends the job.
  func abandon() { reducers.removeAll() }

  /// Keeps a reducer whose values are on their way.
  func add(_ reducer: TreeReducer) {
    if !reducers.contains(where: { $0 === reducer }) { reducers.append(reducer) }
  }

  /// A reducer's values have all come, and its own are taken.
  func remove(_ reducer: TreeReducer) { reducers.removeAll { $0 === reducer } }
}
