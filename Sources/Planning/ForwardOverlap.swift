/// The arrival of updated parameters in buckets during the forward pass.
///
/// All buckets begin with the pass, and the link carries one after the other, those of the first layers first. A layer
/// begins when the layer before has ended and the last bucket with its parameters has arrived:
///
///     beginᵢ = max(endᵢ₋₁, arrivalᵢ)
///
/// Moving bytes takes time from the cores: a layer computes more slowly while a bucket moves. Waiting for parameters does
/// not get longer by it.
public struct ForwardOverlap: Equatable, Sendable {
  /// Seconds by which layers take longer.
  public let cores: Double
  /// Seconds for which layers wait for their parameters.
  public let exposed: Double

  /// The arrival of `buckets`, in this order, during a pass of layers, the first layer first.
  public init(_ forward: [Machine.Stage], _ buckets: [Transfer]) {
    var arrivals: [(time: Double, bytes: Int)] = []
    for bucket in buckets {
      let last = arrivals.last ?? (0, 0)
      arrivals.append((last.time + bucket.seconds, last.bytes + bucket.bytes))
    }
    /// The end of `computing` seconds of work that begin at `start`.
    func end(of computing: Double, from start: Double) -> Double {
      var (clock, left) = (start, computing)
      for (bucket, arrival) in zip(buckets, arrivals) where arrival.time > clock && left > 0 {
        let rate = max(0, 1 - bucket.coreSeconds / bucket.seconds)
        let done = min(left, (arrival.time - clock) * rate)
        clock = done < left ? arrival.time : clock + done / rate
        left -= done
      }
      return clock + left
    }
    var (clock, needed, waited, pass) = (0.0, 0, 0.0, 0.0)
    for layer in forward {
      needed += layer.bytes
      let arrival = layer.bytes == 0 ? 0 : arrivals.first { $0.bytes >= needed }?.time ?? arrivals.last?.time ?? 0
      waited += max(0, arrival - clock)
      clock = end(of: layer.seconds, from: max(clock, arrival))
      pass += layer.seconds
    }
    cores = max(0, clock - waited - pass)
    exposed = waited
  }
}
