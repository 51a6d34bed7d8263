/// What forecasts say about how many ranks to start.
public struct Advice: Equatable, Sendable {
  /// For each number of machines, ascending, the forecast of the least step; of equals the one with fewer ranks.
  public let best: [Forecast]
  /// Forecasts that are slower than some with fewer ranks, each with the fastest of those.
  public let wasteful: [Waste]

  /// More ranks that make the step longer.
  public struct Waste: Equatable, Sendable {
    /// The forecast with more ranks.
    public let slow: Forecast
    /// The fastest with fewer.
    public let fast: Forecast
  }

  /// What `forecasts` say.
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

  /// The forecast of the least step of all.
  public var fastest: Forecast? { best.min { $0.step < $1.step } }
}
