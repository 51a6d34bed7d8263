import Foundation
import Testing

@testable import Formats

@Suite struct DecimalNumberTests {
  private func parse(_ text: String) -> Double? { Array(text.utf8).withUnsafeBufferPointer(decimalNumber) }

  @Test func everyNumberIsTheNearest() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      #expect(parse("\(value)") == value)
      let float = Float.random(in: -1000...1000)
      for digits in [3, 6, 9, 17, 25] {
        let text = String(format: "%.\(digits)f", float)
        #expect(parse(text) == Double(text), "\(text)")
      }
    }
  }

  @Test(arguments: [
    "0", "-0", "+1", ".5", "5.", "-.25e+3", "1E5", "9007199254740993", "00000000000000000000000012", "1e22", "1e23",
    "18446744073709551616",
    "123456789012345678901234567890", "0.000000000000000000000000000000001", "4.9e-324", "1e-400",
    "179769313486231570000000000000e279", "0e999999999999",
  ])
  func numbersAreReadAsSwiftReadsThem(text: String) {
    #expect(parse(text) == Double(text) && parse(text)?.sign == Double(text)?.sign)
  }

  @Test(arguments: ["", "-", ".", "e5", "1e", "1e+", "1.2.3", "1 ", " 1", "0x10", "inf", "nan", "1_000", "--1", "1,5"])
  func otherTextsAreNoNumbers(text: String) {
    #expect(parse(text) == nil)
  }

  @Test func tooLargeNumbersAreInfinite() {
    #expect(parse("1e999") == .infinity && parse("-1e400") == -.infinity)
  }
}
