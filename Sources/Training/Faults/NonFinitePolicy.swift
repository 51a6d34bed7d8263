/// What happens where a loss or a gradient is infinite or no number.
public enum NonFinitePolicy: String, CaseIterable, Sendable {
  /// Training ends, and says where it came from.
  case stop
  /// The step changes nothing, and training goes on; ten such steps in a row end it.
  case skip
}
