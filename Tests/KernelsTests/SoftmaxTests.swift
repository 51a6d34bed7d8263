import CKernels
import TestSupport
import Testing

/// Softmax and cross-entropy of rows with few and with many columns.
@Suite(.serialized) struct SoftmaxTests {
  static let columns = [1, 2, 15, 16, 17, 63, 64, 65, 255, 256, 257, 1000, 10_000]

  /// Up to 256 values are one ascending chain; more are added in 16 lanes, then these in ascending order.
  private func sum(_ values: [Float]) -> Float {
    guard values.count > 256 else { return values.reduce(0, +) }
    var lanes = [Float](repeating: 0, count: 16)
    for (place, value) in values.enumerated() { lanes[place % 16] += value }
    return lanes.dropFirst().reduce(lanes[0], +)
  }

  @Test(arguments: columns)
  func exponentialsAreAddedInTheDefinedOrderOnEveryInstructionSet(columns: Int) {
    var random = TestRandom(UInt64(columns))
    // Sixteen floats of slack after the row.
    let x = random.floats(columns + 16, scale: 8)
    let most = x[..<columns].max() ?? 0
    let differences = x[..<columns].map { $0 - most }
    var powers = [Float](repeating: 0, count: columns)
    dpt_map_exp(differences, &powers, columns)
    let total = sum(powers)
    let wanted = powers.map { $0 / total }

    let results = onEachInstructionSet {
      var y = [Float](repeating: .nan, count: columns + 16)
      x.withUnsafeBufferPointer { x in
        y.withUnsafeMutableBufferPointer { y in
          var row = dpt_row_pass()
          (row.x, row.y) = (UnsafeRawPointer(x.baseAddress), UnsafeMutableRawPointer(y.baseAddress))
          (row.rows, row.columns) = (1, columns)
          dpt_softmax(&row)
        }
      }
      return Array(y[..<columns])
    }
    for (name, result) in results { #expect(bits(result) == bits(wanted), "\(name), \(columns) columns") }
  }

  /// The class with the largest logit.
  private func prediction(_ logits: [Float], columns: Int) -> [Int] {
    onEachInstructionSet {
      var record = [Float](repeating: .nan, count: 16)
      logits.withUnsafeBufferPointer { logits in
        record.withUnsafeMutableBufferPointer { record in
          var pass = dpt_loss_pass()
          (pass.outputs, pass.records, pass.columns) = (logits.baseAddress, record.baseAddress, columns)
          pass.rows = 1
          var target: Int32 = 0
          withUnsafePointer(to: &target) { target in
            var classes = dpt_class_targets()
            classes.targets = target
            dpt_cross_entropy(&pass, &classes)
          }
        }
      }
      return Int(record[Int(DPT_RECORD_PREDICTED)])
    }.map(\.result)
  }

  @Test(arguments: columns.filter { $0 > 2 })
  func theFirstOfTheLargestLogitsIsPredicted(columns: Int) {
    var random = TestRandom(UInt64(columns))
    let logits = random.floats(columns + 16, scale: 8)
    // The values after the row are larger, but do not count.
    let row = Array(logits[..<columns]) + [Float](repeating: 100, count: 16)
    for place in Set([0, 1, columns / 3, columns / 2, columns - 2, columns - 1]) {
      var single = row
      single[place] = 9
      #expect(prediction(single, columns: columns).allSatisfy { $0 == place }, "\(place) of \(columns)")
      // Equal values after it, and NaNs, change nothing.
      if place < columns - 1 { single[columns - 1] = 9 }
      if place > 1 { single[place - 1] = .nan }
      #expect(prediction(single, columns: columns).allSatisfy { $0 == place }, "\(place) of \(columns)")
      single[0] = .nan
      #expect(prediction(single, columns: columns).allSatisfy { $0 == columns - 1 }, "\(place) of \(columns)")
    }
  }
}
