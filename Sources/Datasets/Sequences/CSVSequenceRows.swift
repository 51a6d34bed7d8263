import Diagnostics
import Formats

/// The rows of a table, each a step of a sample.
struct CSVSequenceRows {
  /// The samples' names in the order of their first rows.
  private(set) var names: [String] = []
  /// The numbers of the inputs, row by row.
  private(set) var inputs: [Float] = []
  /// The labels, if there are any, row by row.
  private(set) var labels: [String] = []
  /// The target numbers, row by row.
  private(set) var numbers: [Float] = []
  /// The weights of the samples, if there are any, row by row.
  private(set) var weights: [Double] = []
  /// The groups of the samples, if there are any, row by row.
  private(set) var groups: [String] = []
  /// The name of the column of groups; nil if they were not read.
  let groupColumn: String?
  /// The line of each row.
  private(set) var lines: [Int] = []
  /// The samples with a fault.
  private(set) var damaged: Set<Int> = []
  /// A message about the first whole number that float32 rounds; nil if there is none.
  private(set) var rounded: String?
  private var samples: [Int] = []
  private var times: [Double] = []
  let path: String

  /// Reads all rows.
  /// - Parameter report: called with the first fault of each sample that has one, which then is in `damaged`.
  /// - Throws: `Failure` (data) naming line and column, and what `report` throws.
  init(_ source: CSVTable, _ form: CSVSequenceForm, report: (Failure) throws -> Void) throws {
    var table = source
    path = table.path
    table.target = form.columns.target
    let samplePlace = try table.place(of: form.sample, use: "data.sample names")
    let timePlace = try form.time.map { try table.place(of: $0, use: "data.time names") }
    let weightPlace = try form.extras.weight.map { try table.place(of: $0, use: "data.weight names") }
    let groupPlace = try table.groupPlace(form.extras)
    groupColumn = groupPlace.map(table.name)
    let inputPlaces = try form.columns.inputs.map { try table.place(of: $0, use: "the model reads") }
    var labelPlace: Int?
    var numberPlaces: [Int] = []
    switch form.columns.target {
    case .label(let column): labelPlace = try table.place(of: column, use: "data.label names")
    case .numbers(let columns): numberPlaces = try columns.map { try table.place(of: $0, use: "data.targets names") }
    case .none: break
    }
    var places: [String: Int] = [:]
    let work = LongWork("reading \(source.path)", total: table.progress.all)
    while let row = try table.next() {
      let name = try table.sample(row, samplePlace)
      let sample = places[name] ?? names.count
      if sample == names.count {
        places[name] = sample
        names.append(name)
      }
      guard !damaged.contains(sample) else { continue }
      do {
        let time = try timePlace.map { try table.time(row, $0) } ?? Double(lines.count)
        let values = try inputPlaces.map { try table.number(row, $0) }
        if let weightPlace { weights.append(try table.weight(row, weightPlace)) }
        if let groupPlace { groups.append(try table.group(row, groupPlace)) }
        if let labelPlace { labels.append(try table.label(row, labelPlace)) }
        for place in numberPlaces { numbers.append(try table.number(row, place)) }
        inputs += values
        times.append(time)
        samples.append(sample)
        lines.append(row.line)
        if lines.count.isMultiple(of: 256) { work.show(done: table.progress.done) }
      } catch let failure as Failure {
        try report(failure)
        damaged.insert(sample)
      }
    }
    guard !names.isEmpty else {
      throw Failure(.data, "\(path): there are no rows after the header", advice: "each row is one step of a sample")
    }
    rounded = table.rounded
  }

  /// The rows of each sample in the order of time, without samples that have a fault.
  /// - Throws: what `report` throws about the first two rows of a sample with the same time.
  mutating func order(report: (Failure) throws -> Void) throws -> [(sample: Int, rows: [Int])] {
    var rows = [[Int]](repeating: [], count: names.count)
    for (row, sample) in samples.enumerated() { rows[sample].append(row) }
    for sample in rows.indices where !damaged.contains(sample) {
      rows[sample].sort { (times[$0], $0) < (times[$1], $1) }
      guard let twice = zip(rows[sample], rows[sample].dropFirst()).first(where: { times[$0] == times[$1] }) else {
        continue
      }
      try report(
        Failure(
          .data,
          "\(path):\(lines[twice.1]): sample \(names[sample]) has the time \(times[twice.1]) already on line \(lines[twice.0])",
          advice: "a sample has one row for each time; leave data.time out if the rows are in order"))
      damaged.insert(sample)
    }
    return rows.indices.filter { !damaged.contains($0) }.map { ($0, rows[$0]) }
  }
}
