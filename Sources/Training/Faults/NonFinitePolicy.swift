/// What happens if a loss or a gradient is infinite or no number.
public enum NonFinitePolicy: String, CaseIterable, Sendable {
  /// Training ends, and names the parameters and samples at fault.
  case stop
  /// The step changes nothing, and training continues; ten such steps in a row end it.
  case skip
}
