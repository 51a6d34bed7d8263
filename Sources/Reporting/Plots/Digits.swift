import Foundation

/// Formats numbers for plots.
enum Digits {
  /// A coordinate with at most one decimal, for example `12.5` or `12`.
  static func coordinate(_ value: Double) -> String {
    guard value.magnitude < 1e7 else { return value > 0 ? "10000000" : "-10000000" }
    let tenths = Int((value * 10).rounded())
    let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
    return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
  }

  /// A value with `significant` digits, as JavaScript reads it.
  static func value(_ value: Double, significant: Int32 = 4) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "Infinity" : "-Infinity" }
    if value == value.rounded(), value.magnitude < 1e9 { return String(Int(value)) }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 40) { text in
      let length = withVaList([significant, value]) { vsnprintf(text.baseAddress, 40, "%.*g", $0) }
      return String(decoding: text.prefix(Int(length)).lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  /// A value with two significant digits for people: `0.016`, `5.1·10⁻⁵`.
  static func words(_ value: Double) -> String {
    value == 0 || 1e-3..<1e6 ~= value.magnitude || !value.isFinite ? self.value(value, significant: 2) : power(value)
  }

  /// The label of a tick: `0.05`, `1500`, `20k`, `3M`, `10⁻⁴`.
  static func tick(_ value: Double) -> String {
    let size = value.magnitude
    if value == 0 { return "0" }
    let isPower = (log10(size) - log10(size).rounded()).magnitude < 1e-9
    if size >= 1e9 || size < (isPower ? 0.99e-3 : 0.99e-4) { return power(value) }
    if size >= 1e6 { return Digits.value(value / 1e6, significant: 6) + "M" }
    if size >= 1e4 { return Digits.value(value / 1e3, significant: 6) + "k" }
    return Digits.value(value, significant: 6)
  }

  private static func power(_ value: Double) -> String {
    let exponent = Int((log10(value.magnitude) + 1e-9).rounded(.down))
    let factor = value / pow(10, Double(exponent))
    let superscripts = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let digits = String(exponent.magnitude).compactMap { $0.wholeNumberValue.map { superscripts[$0] } }
    let ten = "10" + (exponent < 0 ? "⁻" : "") + String(digits)
    return (factor - 1).magnitude < 1e-6 ? ten : Digits.value(factor, significant: 2) + "·" + ten
  }
}

extension StringProtocol {
  /// This text with HTML's special characters escaped.
  var escapedForMarkup: String {
    var result = ""
    for character in unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      // HTML allows no control characters, not even as references, and XML not the last two.
      case _ where character.value < 32 && character != "\n" && character != "\t": result += "\u{FFFD}"
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
