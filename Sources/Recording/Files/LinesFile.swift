/// Turns records into lines of JSON.
protocol LineFormat {
  /// Adds the lines of a record, if it has any.
  func add(_ record: Record, to lines: inout JSONLines)
}

/// Writes a file with JSON lines for some of the records.
final class LinesFile: RecordSink {
  private let format: any LineFormat
  private let file: GrowingFile
  private var lines = JSONLines()

  /// Starts the file, or continues after the first `kept` bytes of an existing one.
  /// - Throws: `Failure` as `GrowingFile` does.
  init(path: String, keeping kept: Int, _ format: any LineFormat) throws {
    self.format = format
    file = try GrowingFile(path: path, keeping: kept)
  }

  /// Adds a record's lines to the buffer.
  func take(_ record: Record) { format.add(record, to: &lines) }

  /// Writes the lines to the file.
  func flush() throws -> [String: Int] {
    try file.append(lines.bytes)
    lines.removeAll()
    return [file.name: file.length]
  }

  /// Closes the file.
  func close() throws { try file.close() }
}
