import Formats
import Foundation
import Testing

@testable import Recording

@Suite struct JSONLinesTests {
  @Test func numbersAreReadBackExactly() throws {
    let numbers = [0, -0.0, 1, 0.1, 1e-300, 1.7976931348623157e308, -12345.678901234567, .infinity, -.infinity]
    var lines = JSONLines()
    lines.add(list: numbers) { $0.add($1) }
    let decoder = JSONDecoder.withSpecialNumbers()
    #expect(try decoder.decode([Double].self, from: Data(lines.bytes)) == numbers)
    lines.removeAll()
    lines.add(list: [Double.nan, -.nan]) { $0.add($1) }
    #expect(try decoder.decode([Double].self, from: Data(lines.bytes)).allSatisfy(\.isNaN))
    lines.removeAll()
    let floats: [Float] = [0.1, .leastNonzeroMagnitude, 3.4028235e38, -7, .infinity]
    lines.add(list: floats) { $0.add($1) }
    #expect(try decoder.decode([Float].self, from: Data(lines.bytes)) == floats)
  }

  @Test(arguments: ["0.weight_ih_l0", "a \"quoted\" \\ one", "tab\tnewline\n\u{1}", "épée", ""])
  func textsAreReadBackExactly(text: String) throws {
    var lines = JSONLines()
    lines.add(list: [text]) { $0.add(quoted: $1) }
    #expect(try JSONDecoder().decode([String].self, from: Data(lines.bytes)) == [text])
  }
}
