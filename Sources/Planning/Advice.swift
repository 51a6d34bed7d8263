/// Advice from forecasts on how many ranks to start.
public struct Advice: Equatable, Sendable {
  /// The fastest forecast for each number of machines, ascending; of equals, the one with fewer ranks.
  public let best: [Forecast]
  /// Forecasts that are slower than one with fewer ranks.
  public let wasteful: [Waste]

  /// A forecast with more ranks but a longer step.
  public struct Waste: Equatable, Sendable {
    /// The forecast with more ranks.
    public let slow: Forecast
    /// The fastest forecast with fewer ranks.
    public let fast: Forecast
  }

  /// Advice from `forecasts`.
  public init(_ forecasts: [Forecast]) {
    let sorted = forecasts.sorted { ($0.machines, $0.ranksPerMachine) < ($1.machines, $1.ranksPerMachine) }
    best = Dictionary(grouping: sorted, by: \.machines).values
      .compactMap { $0.min { $0.step < $1.step } }
      .sorted { $0.machines < $1.machines }
    wasteful = sorted.compactMap { slow in
      sorted.filter { $0.ranks < slow.ranks && $0.machines <= slow.machines && $0.step < slow.step }
        .min { $0.step < $1.step }
        .map { Waste(slow: slow, fast: $0) }
    }
  }

  /// The forecast with the shortest step of all.
  public var fastest: Forecast? { best.min { $0.step < $1.step } }
}
