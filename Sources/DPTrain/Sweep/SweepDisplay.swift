import Foundation
import Recording
import Reporting

/// Shows a sweep on the terminal, and writes its table and page at the end. It knows all groups by their files.
///
/// Unchecked: its thread alone uses the members until `finish` has ended it.
final class SweepDisplay: @unchecked Sendable {
  private let plan: SweepPlan
  private let folder: SweepFolder
  private let groups: String
  private let width = Terminal.width
  private let ending = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)
  private var state: SweepState
  private var known: Set<String> = []
  private var pace: [Int: Pace] = [:]
  private var told: Set<Int> = []
  private var shownRows = 0
  private var begun = monotonicSeconds()
  private var shareAtStart = 0.0
  /// Why the variants' results may not be compared.
  private var warnings: [String] = []
  private var dataHasChanged = false

  /// Seconds between two looks at the files.
  private static let seconds = 0.5
  /// The most rows of the table while it changes.
  private static let limit = 20

  /// How fast a variant is trained.
  private struct Pace {
    let step: Int
    let time: Double
  }

  /// A display of a sweep whose ranks are divided as `groups` says.
  init(_ plan: SweepPlan, folder: SweepFolder, groups: String) {
    self.plan = plan
    self.folder = folder
    self.groups = groups
    state = SweepState(plan)
  }

  /// Prints what is going to be done, and starts the thread.
  func start() throws {
    state.take(try folder.readResults(besides: &known))
    told = Set(state.entries.filter { $0.outcome != .open }.map(\.variant.number))
    shareAtStart = share(of: [:])
    let request = plan.request
    let rows = [
      ["recipe", plan.source],
      ["vary", plan.keys.joined(separator: ", ")],
      [
        "variants",
        "\(Format.count(plan.variants.count))" + (request.random == nil ? "" : ", drawn with seed \(request.seed)")
          + (plan.halvings == 0 ? "" : ", halved \(counted(plan.halvings, "time"))"),
      ],
      ["ranks", groups],
      ["sweep", folder.path],
    ]
    print(Format.table(rows) + "\n")
    if let warning = plan.comparisonWarning { warn(of: warning) }
    compareData()
    if !told.isEmpty { print("resuming: \(counted(told.count, "variant")) of \(plan.variants.count) done before\n\n") }
    try SystemThread.start("sweep") { [self] in
      while ending.wait(timeout: .now() + Self.seconds) == .timedOut {
        // A damaged file is reported by the group that needs it.
        state.take((try? folder.readResults(besides: &known)) ?? [])
        show()
      }
      ended.signal()
    }
  }

  /// Ends the thread, writes table and page, and prints the result. Returns whether it was stopped before its end.
  func finish(hasStopped: Bool) throws -> Bool {
    ending.signal()
    ended.wait()
    state.take(try folder.readResults(besides: &known))
    erase()
    if width == nil { tell(left: nil) }
    // Of several jobs that end at once, the one that writes last has all results.
    repeat { try folder.write(SweepTable(state).csv, to: folder.table) } while try takesNews()
    let table = SweepTable(state)
    let entries = state.entries
    print("\n" + Format.table(table.rows, right: table.right))
    for entry in entries where entry.outcome == .failed {
      print("variant \(entry.variant.number) failed: \(entry.result?.failure ?? "")\n")
    }
    guard state.isComplete else {
      let again = "  dp-train sweep --out \(folder.path)\n"
      guard hasStopped else {
        print("\nother jobs train what is left; the table of all, later:\n\(again)")
        return false
      }
      unlink(folder.stop)
      print("\nstopped, and saved; resume with\n\(again)")
      return true
    }
    if let failure = entries.first?.result?.failure, entries.allSatisfy({ $0.outcome == .failed }) {
      throw Failure(
        .configuration, "every variant failed; the first one: \(failure)",
        advice: "each has a log of its training, such as \(folder.log(entries[0].variant.number))")
    }
    // Data may also have changed while this job or another was at work.
    compareData()
    if let undefined = state.undefinedMetric { warn(of: undefined) }
    try SweepPage(state, folder: folder, warnings: warnings).write()
    var rows = [["table", folder.table], ["page", folder.page]]
    let means = SweepMeans(state)
    if let means { print("\n\(means.title)\n\n" + Format.table(means.rows, right: means.right)) }
    if let command = means?.command { rows.append(["best mean", command]) }
    if let winner = state.winner {
      rows.append([means == nil ? "best" : "best single one", folder.run(winner.variant.number).path])
      rows.append(["", (["dp-train train", plan.source] + plan.overrides(of: winner.variant)).joined(separator: " ")])
    }
    print("\n" + Format.table(rows))
    return false
  }

  /// Warns if the data is not the same for all variants, once.
  private func compareData() {
    guard !dataHasChanged else { return }
    let variants = plan.variants
    let open = state.rung?.open.compactMap { try? plan.recipe(of: variants[$0 - 1]) } ?? []
    let runs = variants.map { folder.run($0.number) }
    guard let change = DataChanges.warning(runs, open: open, noun: "variant", job: "sweep") else { return }
    dataHasChanged = true
    warn(of: change)
  }

  /// Prints a warning, and keeps it for the page.
  private func warn(of text: String) {
    warnings.append(text)
    Terminal.warn(text)
  }

  /// Whether there are results that were not known before.
  private func takesNews() throws -> Bool {
    let news = try folder.readResults(besides: &known)
    state.take(news)
    return !news.isEmpty
  }

  /// The terminal, not the log of the variant that this rank trains.
  private func print(_ text: String) {
    try? StandardStream.output.write(text)
  }

  private func show() {
    let running = running()
    let left = left(running)
    guard let width else { return tell(left: left) }
    let table = SweepTable(state, running: running)
    let all = Format.table(table.rows, right: table.right).split(separator: "\n")
    // The heading and the first rows; then what is trained now, if it is not among them.
    var lines = all.prefix(Self.limit + 1).map { String($0.prefix(width - 1)) }
    if all.count > lines.count { lines.append("and \(Format.count(all.count - lines.count)) more") }
    let done = state.entries.count { $0.outcome != .open }
    lines.append(
      "\(done) of \(plan.variants.count) done" + (left.map { ", \(Format.duration($0)) left" } ?? ""))
    erase()
    print(lines.map { $0 + "\n" }.joined())
    shownRows = lines.count
  }

  private func erase() {
    guard shownRows > 0 else { return }
    print("\u{1B}[\(shownRows)A\u{1B}[J")
    shownRows = 0
  }

  /// Prints a line for each variant that has ended since the last call.
  private func tell(left: Double?) {
    let entries = state.entries.filter { $0.outcome != .open && !told.contains($0.variant.number) }
    for entry in entries.sorted(by: { $0.variant.number < $1.variant.number }) {
      told.insert(entry.variant.number)
      let name = "variant \(entry.variant.number)  \(plan.assignments(of: entry.variant).joined(separator: " "))"
      let facts: [String?] = [
        entry.result?.failure.map { "failed: \($0)" },
        entry.result.flatMap { result in
          result.value.map { Format.metric(named: result.metric, $0) + ", \(counted(result.epochs, "epoch"))" }
        },
        entry.outcome == .halved ? "ended early" : nil,
        left.map { "\(Format.duration($0)) left" },
      ]
      let text = "\(told.count)/\(plan.variants.count)  \(name)  \(facts.compactMap(\.self).joined(separator: "  "))"
      print(text.visible() + "\n")
    }
  }

  /// The variants that are trained now, by any job.
  private func running() -> [Int: SweepTable.Running] {
    guard let rung = state.rung else { return [:] }
    var found: [Int: SweepTable.Running] = [:]
    for number in rung.open {
      let run = folder.run(number)
      guard run.isBeingWritten, let last = LastStep(of: run) else { continue }
      let now = monotonicSeconds()
      let course = (try? run.readEnvironment())?.course
      let epochs = course?.epochs ?? 1
      let end = Halving.epoch(rung: rung.number, of: plan.halvings, epochs: epochs, every: 1)
      let steps = Double(course?.steps ?? last.step) * Double(end) / Double(max(epochs, 1))
      let first = pace[number] ?? Pace(step: last.step, time: now)
      pace[number] = first
      let speed = Double(last.step - first.step) / max(now - first.time, 1e-9)
      found[number] = SweepTable.Running(
        share: min(1, Double(last.step) / max(steps, 1)),
        left: speed > 0 ? max(0, steps - Double(last.step)) / speed : nil, epoch: last.epoch, loss: last.loss)
    }
    return found
  }

  /// The share of all work that is done, in parts of all variants' epochs.
  private func share(of running: [Int: SweepTable.Running]) -> Double {
    func part(_ rung: Int) -> Double { rung < 0 ? 0 : 1 / Double(1 << (plan.halvings - rung)) }
    var (done, all) = (0.0, 0.0)
    for rung in 0...plan.halvings {
      let count = Halving.count(variants: plan.variants.count, rung: rung)
      all += Double(count) * (part(rung) - part(rung - 1))
    }
    for entry in state.entries {
      if entry.outcome == .failed { all -= part(entry.rung) - part((entry.result?.rung ?? 0) - 1) }
      guard let result = entry.result, result.failure == nil else {
        done += (running[entry.variant.number]?.share ?? 0) * part(0)
        continue
      }
      done += part(result.rung)
      if let now = running[entry.variant.number] { done += max(0, now.share * part(entry.rung) - part(result.rung)) }
    }
    return all > 0 ? min(1, done / all) : 1
  }

  private func left(_ running: [Int: SweepTable.Running]) -> Double? {
    let share = share(of: running)
    guard share > shareAtStart + 0.001 else { return nil }
    return (monotonicSeconds() - begun) * (1 - share) / (share - shareAtStart)
  }
}
