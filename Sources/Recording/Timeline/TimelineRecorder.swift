import Layers
import Training

/// Records when this rank does what: the phases of its steps, each layer's passes, evaluations, checkpoints and changes of the
/// ranks' shares.
///
/// Steps are limited in number, so that the file stays small; so are all others together.
public final class TimelineRecorder: LayerObserver, ActivityListener {
  /// A span of time, in seconds of `monotonicSeconds`.
  struct Span {
    let name: Int
    let start, end: Double
    /// The step during or after which it was.
    let step: Int
  }

  /// The most evaluations, checkpoints and changes of shares to record.
  private static let otherLimit = 100

  private let steps: Int
  /// The names of spans, which refer to them by index.
  private(set) var names: [String] = []
  /// The recorded spans, in the order of their ends.
  private(set) var spans: [Span] = []
  private var numbers: [String: Int] = [:]
  private let layerNames: [ObjectIdentifier: String]
  private var workNumbers: [WorkKey: Int] = [:]
  private var firstStep: Int?
  private var others = 0
  private var phase: (kind: Activity.Phase, start: Double)?
  private var outer: (name: String, start: Double, step: Int)?
  private var layerStarts: [Double] = []

  private struct WorkKey: Hashable {
    let layer: ObjectIdentifier
    let work: LayerWork
  }

  /// Records the first `steps` steps of this process, which train `model`.
  public init(model: Model, steps: Int) {
    self.steps = steps
    layerNames = Dictionary(
      uniqueKeysWithValues: model.places.map { (ObjectIdentifier($0.layer), "\($0.place) \($0.layer.kind)") })
  }

  /// Ends and records the phase before. The phases of a step, an evaluation or a checkpoint lie within one span.
  public func phaseBegins(_ kind: Activity.Phase, step: Int) {
    let now = monotonicSeconds()
    if let phase, let outer, isNoted(outer), let name = TimelineRecorder.name(of: phase.kind, within: outer.name) {
      note(name, from: phase.start, to: now, step: outer.step)
    }
    phase = (kind, now)
    let next = TimelineRecorder.outerName(kind, step: step)
    // Waiting belongs to the span that is open; loading a step's first batch starts a step's span.
    if let next, outer?.name != next || outer?.step != step {
      endOuter(now)
      outer = (next, now, step)
      if next == "step" { firstStep = firstStep ?? step } else if next != "recording" { others += 1 }
    }
  }

  /// Ends the open spans.
  public func finish() {
    let now = monotonicSeconds()
    endOuter(now)
    (phase, outer) = (nil, nil)
  }

  /// Notes the start of the layers' work.
  public func layersBegin(_ layers: [any Layer]) { layerStarts.append(monotonicSeconds()) }

  /// Records the layers' work.
  public func layersEnd(_ layers: [any Layer], _ work: LayerWork, operations: Int) {
    guard let start = layerStarts.popLast(), let outer, isNoted(outer) else { return }
    let key = WorkKey(layer: ObjectIdentifier(layers[0]), work: work)
    let number = workNumbers[key] ?? number(of: "\(name(of: layers)) \(work)")
    workNumbers[key] = number
    spans.append(Span(name: number, start: start, end: monotonicSeconds(), step: outer.step))
  }

  /// The indices and kinds of layers that run as one; layers within recurrent layers have no index.
  private func name(of layers: [any Layer]) -> String {
    layers.map { layerNames[ObjectIdentifier($0)] ?? $0.kind }.joined(separator: ", ")
  }

  private func endOuter(_ now: Double) {
    guard let outer, isNoted(outer) else { return }
    note(outer.name == "step" ? "step \(outer.step)" : outer.name, from: outer.start, to: now, step: outer.step)
  }

  private func isNoted(_ outer: (name: String, start: Double, step: Int)) -> Bool {
    switch outer.name {
    case "step", "recording": firstStep.map { outer.step < $0 + steps } ?? false
    default: others <= TimelineRecorder.otherLimit
    }
  }

  private func note(_ name: String, from start: Double, to end: Double, step: Int) {
    spans.append(Span(name: number(of: name), start: start, end: end, step: step))
  }

  private func number(of name: String) -> Int {
    if let number = numbers[name] { return number }
    numbers[name] = names.count
    names.append(name)
    return names.count - 1
  }

  /// The name of the outer span of a phase; nil if the phase belongs to the open one.
  private static func outerName(_ phase: Activity.Phase, step: Int) -> String? {
    switch phase {
    case .starting: "start"
    case .loading, .computing, .updating: "step"
    case .receiving, .waiting: nil
    case .recording: "recording"
    case .evaluating: "evaluation"
    case .saving: "checkpoint"
    case .balancing: "shares"
    }
  }

  /// The name of a phase within its outer span; nil if it is the whole span.
  private static func name(of phase: Activity.Phase, within outer: String) -> String? {
    switch phase {
    case .loading: "data"
    case .computing: "compute"
    case .receiving: "parameters"
    case .waiting: outer == "checkpoint" ? "gather" : outer == "shares" ? "division" : "reduction"
    case .updating: "optimizer"
    case .starting, .recording, .evaluating, .saving, .balancing: nil
    }
  }
}
