extension NetworkMeasurement {
  /// Whether an update of `bytes` of parameters is best divided among all of `machines`, the parameters travelling in place
  /// of the gradients' sums.
  ///
  /// Half of the exchange may then pass during the next forward pass, (M − 1)/M · bytes on each machine's way; for that the
  /// sums of the gradient's norm go round after the backward pass and the parameters before the forward pass, in ⌈log₂ M⌉
  /// messages each. All ranks give the same answer.
  package func favorsDividedUpdate(bytes: Int, machines: Int) -> Bool {
    guard machines > 1 else { return false }
    let hidden = Double(machines - 1) / Double(machines) * Double(bytes) / bytesPerSecond
    return hidden > 2 * Double(doublingRounds(machines)) * latency
  }
}

/// ⌈log₂ count⌉: the rounds in which so many all know what each knew, where what is known doubles in each.
package func doublingRounds(_ count: Int) -> Int { Int.bitWidth - max(0, count - 1).leadingZeroBitCount }
