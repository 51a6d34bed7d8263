/// The policy for steps whose loss or gradient is infinite or NaN.
public enum NonFinitePolicy: String, CaseIterable, Sendable {
  /// Training ends with a message that names the parameters and samples at fault.
  case stop
  /// The step changes nothing, and training continues; ten such steps in a row end it.
  case skip
}
