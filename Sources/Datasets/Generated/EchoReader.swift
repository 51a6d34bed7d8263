import Diagnostics
import Tensors

/// Reads strings of letters and blanks ("nothing") for a model that echoes them: `hello`; or `3:hello`, with the delay
/// in front, if the model was trained on different delays.
public struct EchoReader: TextReader {
  /// Empty: classes are letters.
  public let classSeparator = ""
  private let encoding: EchoEncoding

  /// A reader of inputs in this encoding.
  public init(encoding: EchoEncoding) {
    self.encoding = encoding
  }

  /// Makes one sample of the string, which may have any length.
  public func samples(_ input: String) throws -> any Dataset {
    let (delay, string) = try parts(of: input)
    let symbols = try string.enumerated().map { position, letter in
      guard let symbol = EchoEncoding.symbols.firstIndex(of: letter) else {
        throw Failure(
          .data,
          "input \"\(input)\": \"\(letter)\" at place \(input.count - string.count + position + 1) is not a letter",
          advice: "a string is made of the letters a to z and of blanks, which stand for nothing")
      }
      return symbol
    }
    guard !symbols.isEmpty else {
      throw Failure(.data, "input \"\(input)\" has no letters", advice: "write some: \(example)")
    }
    let encoding = encoding
    return SingleInput(shape: .sequence(steps: symbols.count, features: encoding.features)) { batch, place in
      for (step, symbol) in symbols.enumerated() {
        encoding.write(symbol: symbol, delay: delay, to: batch.view.row(step: step, sample: place).floats)
      }
    }
  }

  /// Says that the output lags behind the input, unless blanks follow the letters.
  public func notice(_ input: String) -> String? {
    guard let (delay, string) = try? parts(of: input), string.reversed().prefix(while: { $0 == " " }).count < delay
    else {
      return nil
    }
    let blanks = delay == 1 ? "1 blank" : "\(delay) blanks"
    return
      "the output follows the input \(delay) \(delay == 1 ? "step" : "steps") later: append \(blanks) to see its end, "
      + "as in \"\(encoding.text([8, 5, 12, 12, 15], delay: delay))\(String(repeating: " ", count: min(delay, 40)))\""
  }

  private var example: String { encoding.text([8, 5, 12, 12, 15], delay: encoding.delays.upperBound) }

  /// The delay, from the input or else the model's, and the string.
  private func parts(of input: String) throws -> (delay: Int, string: Substring) {
    guard encoding.isVariable else { return (encoding.delays.lowerBound, input[...]) }
    let (least, most) = (encoding.delays.lowerBound, encoding.delays.upperBound)
    guard let colon = input.firstIndex(of: ":") else {
      throw Failure(
        .data, "input \"\(input)\" has no delay",
        advice:
          "the model was trained on delays from \(least) to \(most): write one before the letters, as in \(example)")
    }
    guard let delay = Int(input[..<colon]), encoding.delays.contains(delay) else {
      throw Failure(
        .data, "input \"\(input)\": the delay \"\(input[..<colon])\" is not one that the model was trained on",
        advice: "write a whole number from \(least) to \(most) before the colon, as in \(example)")
    }
    return (delay, input[input.index(after: colon)...])
  }
}
