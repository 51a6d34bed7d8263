import DPTrain
import Foundation

/// Finds the inputs of `predict`: texts, files, the files of folders, or the lines of standard input.
struct PredictInputs {
  /// Answers samples, and returns those whose outputs are not finite.
  typealias Body = (any Dataset, _ name: @escaping (Int) -> String) throws -> [Int]

  /// Turns inputs into samples.
  let reader: any InputReader
  /// The failure that a sample has too few steps for the model; nil if it has enough.
  let shortage: (_ place: String, _ steps: Int) -> Failure?
  /// Called for each input that cannot be answered; the others are still answered.
  let report: (Failure) -> Void
  /// Called with notices to the user about an input.
  let notify: (String) -> Void

  /// Calls `body` with the samples of one command-line input, a data set at a time.
  func read(_ input: String, _ body: Body) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: input, isDirectory: &isFolder) else {
      if reader.readsText, isLikeFile(input) { notify("\"\(input)\": there is no such file; it is taken as a text") }
      return try readOne(input, body)
    }
    guard isFolder.boolValue, !reader.isInput(folder: input) else { return try readFile(input, body) }
    for file in files(in: input) { try readFile(file, body) }
  }

  /// Calls `body` with the samples of a line of standard input. If inputs are texts, the line is one even if it is the
  /// name of a file.
  func read(line: [UInt8], number: Int, _ body: Body) throws {
    let located = PredictInputs(
      reader: reader, shortage: shortage, report: { report($0.located("standard input:\(number)")) }, notify: notify)
    guard let text = String(validating: line, as: UTF8.self) else {
      return located.report(Failure(.data, "the line is not UTF-8 text", advice: "convert it to UTF-8"))
    }
    if !reader.readsText, FileManager.default.fileExists(atPath: text) { return try located.read(text, body) }
    try located.readOne(text, body)
  }

  /// Calls `body` with each line of standard input as it arrives, without its line ending; numbers start at 1.
  func forEachLineOfStandardInput(_ body: (_ line: [UInt8], _ number: Int) throws -> Void) rethrows {
    let input = fdopen(STDIN_FILENO, "r")
    var memory: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(memory) }
    var number = 0
    while let input, case let count = getline(&memory, &capacity, input), count > 0, let memory {
      var line = UnsafeRawBufferPointer(start: memory, count: count)[...]
      if line.last == UInt8(ascii: "\n") { line.removeLast() }
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      number += 1
      try body(Array(line), number)
    }
  }

  /// Whether a text looks like a file's name.
  private func isLikeFile(_ text: String) -> Bool {
    let name = text.lowercased()
    let endings = ["txt", "csv", "tsv", "npz", "npy", "h5", "json", "png", "jpg", "jpeg", "gz"]
    return !text.contains(" ") && (text.contains("/") || endings.contains { name.hasSuffix(".\($0)") })
  }

  private func readOne(_ input: String, _ body: Body) throws {
    try reporting {
      let data = try reader.samples(input)
      try take(data, { data.count == 1 ? input : "\(input)[\($0)]" }, body)
      if reader.readsText { reader.notice(input).map(notify) }
    }
  }

  private func readFile(_ path: String, _ body: Body) throws {
    try reporting {
      try reader.read(file: path, report: report) { data, name in
        try reporting(at: reader.readsText ? "\"\(name(0))\"" : path) {
          try take(data, name, body)
          if reader.readsText { reader.notice(name(0)).map(notify) }
        }
      }
    }
  }

  /// Calls `body` with the samples that the model can take; reports the others, and those without an answer.
  private func take(_ data: any Dataset, _ name: @escaping (Int) -> String, _ body: Body) throws {
    data.notices.forEach(notify)
    func text(_ sample: Int) -> String { reader.readsText ? "\"\(name(sample))\"" : name(sample) }
    let enough = (0..<data.count).filter { sample in
      let failure = shortage(reader.readsText ? text(sample) : data.place(of: sample), data.length(of: sample))
      failure.map(report)
      return failure == nil
    }
    guard !enough.isEmpty else { return }
    let taken: any Dataset = enough.count == data.count ? data : Subset(data, indices: enough)
    for sample in try body(taken, { name(enough[$0]) }) {
      report(
        Failure(
          .data, "\(text(enough[sample])): the network's output is not finite",
          advice: "its numbers may be far beyond those of the training, so that the network overflows"))
    }
  }

  /// Reports a failure that concerns one input. Other failures are thrown on.
  private func reporting(at place: String? = nil, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let failure as Failure where [.data, .noInput, .inputOutput, .configuration].contains(failure.exitCode) {
      let isNamed = place.map { failure.message.contains($0) } ?? true
      report(isNamed ? failure : failure.located(place ?? ""))
    }
  }

  /// The files in a folder and its subfolders that the reader accepts, sorted by the bytes of their paths.
  private func files(in folder: String) -> [String] {
    let endings = reader.fileEndings.map { ".\($0)" }
    var found: [String] = []
    var others: [String] = []
    for path in (FileManager.default.enumerator(atPath: folder)?.allObjects as? [String]) ?? [] {
      guard !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) else { continue }
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder)
      guard !isFolder.boolValue else { continue }
      let name = path.lowercased()
      if endings.contains(where: name.hasSuffix) { found.append(path) } else { others.append(path) }
    }
    guard !found.isEmpty else {
      let wanted =
        endings.isEmpty ? "give the files themselves" : "files of inputs end in \(endings.joined(separator: ", "))"
      report(Failure(.noInput, "\(folder) is a folder without a file of inputs", advice: wanted))
      return []
    }
    others.sort()
    PassedOver(files: others).notices(root: folder, reason: "inputs end in \(endings.joined(separator: ", "))")
      .forEach(notify)
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "\(folder)/\($0)" }
  }
}
