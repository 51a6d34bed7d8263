import Diagnostics
import Testing

@Suite struct NumberTextTests {
  @Test func nanHasNoSign() {
    #expect([Double.nan, -.nan, .signalingNaN].map(\.text) == ["nan", "nan", "nan"])
    #expect((-Float.nan).text == "nan" && Float.infinity.text == "inf" && (-Double.infinity).text == "-inf")
    #expect(0.1.text == "0.1" && Float(0.1).text == "0.1" && (-0.0).text == "-0.0" && 1e300.text == "1e+300")
  }
}
