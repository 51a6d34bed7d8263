import Formats
import TestSupport

/// Small generated sequences of different lengths, and recipes for them.
enum SequenceData {
  /// 90 series of two channels, whose values rise or fall; some are missing. A recipe for them is `series.yaml`.
  static func writeSeries(_ folder: Folder) throws {
    var random = TestRandom(11)
    for (name, count) in [("train", 69), ("test", 21)] {
      let samples = (0..<count).map { index -> String in
        let steps = Int.random(in: 3...12, using: &random)
        let slope = index % 2 == 0 ? 1 : -1
        let channels = (0..<2).map { channel -> String in
          let values = (0..<steps).map { step -> String in
            let noise = Int.random(in: 0..<9, using: &random)
            let value: Int = 100 * channel + 10 * slope * (2 * step - steps) + noise
            return Int.random(in: 0..<12, using: &random) == 0 ? "?" : "\(value).5"
          }
          return values.joined(separator: ",")
        }
        return channels.joined(separator: ":") + (slope > 0 ? ":up" : ":down")
      }
      let tags =
        "@problemName small\n@timeStamps false\n@dimensions 2\n@equalLength false\n@classLabel true up down\n@data\n"
      try folder.write(tags + samples.joined(separator: "\n") + "\n", to: "\(name).ts")
    }
    try folder.write(
      """
      epochs: 12
      data: {source: ts, train: train.ts, test: test.ts, standardize: channel}
      model: {layers: [conv1d: {outputs: 4, kernel: 3, padding: 1}, gru: {hiddenSize: 6}, linear: {outputs: 2}]}
      optimizer: {name: adam, learningRate: 0.02}

      """, to: "series.yaml")
  }

  /// 40 sequences in a table, their rows mixed, with the class of each row. A recipe for them is `steps.yaml`.
  static func writeSteps(_ folder: Folder) throws {
    var random = TestRandom(12)
    var rows: [String] = []
    for sample in 0..<40 {
      for step in 0..<Int.random(in: 1...9, using: &random) {
        let x = random.floats(2)
        rows.append("s\(sample),\(step),\(x[0]),\(x[1]),\(x[0] > x[1] ? "more" : "less")")
      }
    }
    rows.shuffle(using: &random)
    try folder.write("id,t,a,b,kind\n" + rows.joined(separator: "\n") + "\n", to: "steps.csv")
    try folder.write(
      """
      epochs: 20
      data: {source: csv-sequences, train: steps.csv, sample: id, time: t, targetOf: step, testShare: 0.25}
      model: {layers: [rnn: {hiddenSize: 6, output: all}, linear: {outputs: 2}]}
      optimizer: {name: adam, learningRate: 0.02}

      """, to: "steps.yaml")
  }

  /// The same 30 sequences of two features three times: padded, with lengths and with offsets.
  static func writeArchives(_ folder: Folder) throws {
    var random = TestRandom(13)
    let lengths = (0..<30).map { $0 == 0 ? 7 : Int32.random(in: 1...7, using: &random) }
    let x = lengths.map { random.floats(Int($0) * 2) }
    let y = ("y", NPYArray(shape: [30], int32s: (0..<30).map { Int32($0 % 3) }))
    let padded = x.flatMap { $0 + Array(repeating: 0, count: 14 - $0.count) }
    let whole = x.flatMap(\.self)
    let steps = ("x", NPYArray(shape: [whole.count / 2, 2], floats: whole))
    let own = ("lengths", NPYArray(shape: [30], int32s: lengths))
    let offsets = lengths.reduce(into: [Int32(0)]) { $0.append($0[$0.count - 1] + $1) }
    try NPZArchive.write([("x", NPYArray(shape: [30, 7, 2], floats: padded)), own, y], to: folder["padded.npz"])
    try NPZArchive.write([steps, own, y], to: folder["lengths.npz"])
    try NPZArchive.write(
      [steps, ("offsets", NPYArray(shape: [31], int32s: offsets)), y], to: folder["offsets.npz"])
    try folder.write(
      """
      epochs: 3
      data: {source: numpy, train: padded.npz, test: lengths.npz}
      model: {layers: [conv1d: {outputs: 4, kernel: 3, padding: 1}, lstm: {hiddenSize: 5}, linear: {outputs: 3}]}

      """, to: "archive.yaml")
  }
}
