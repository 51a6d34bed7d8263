import Diagnostics
import Formats
import Foundation

/// The member that holds a sample's target: `cls`, `txt`, `npy`, or `json:KEY`.
public struct TarTarget: Equatable, Sendable {
  /// As the recipe has it.
  public let text: String
  /// The member's ending.
  let ending: String
  /// The key of a JSON object.
  let key: String?

  /// `cls`.
  public static let usual = TarTarget(ending: "cls")

  /// Larger targets are surely inputs.
  static let limit = 1 << 20

  private init(ending: String) { (text, self.ending, key) = (ending, ending, nil) }

  /// Takes a target as a recipe names it; nil if it has no known form.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    ending = (parts.first ?? "").lowercased()
    key = parts.count > 1 ? String(parts[1]) : nil
    let last = ending.split(separator: ".").last ?? ""
    let hasForm = last == "json" ? key?.isEmpty == false : key == nil && ["cls", "txt", "npy"].contains(last)
    guard hasForm else { return nil }
    self.text = ending + (key.map { ":\($0)" } ?? "")
  }

  /// The text of a target: a class's index or name, or numbers with blanks between them; or the numbers of an array.
  func read(_ bytes: [UInt8]) -> TarIndex.Target {
    switch ending.split(separator: ".").last {
    case "npy": numbers(ofArray: bytes)
    case "json": value(ofObject: bytes)
    default:
      String(validating: bytes, as: UTF8.self).map {
        .text($0.trimmingCharacters(in: .whitespacesAndNewlines.union(["\0", "\u{FEFF}"])))
      } ?? .fault("is not text in UTF-8")
    }
  }

  private func numbers(ofArray bytes: [UInt8]) -> TarIndex.Target {
    do {
      let array = try NPYArray(bytes: bytes, source: "it")
      let numbers = array.doubles()
      return numbers.count == 1
        ? .text(TarTarget.text(numbers[0])) : .numbers(numbers.map { Float($0) }, shape: array.shape)
    } catch let failure as Failure {
      return .fault("is damaged: \(failure.message)")
    } catch {
      return .fault("is damaged: \(error)")
    }
  }

  private func value(ofObject bytes: [UInt8]) -> TarIndex.Target {
    guard let object = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] else {
      return .fault("is not a JSON object")
    }
    let key = key ?? ""
    guard let value = object[key] else {
      let keys = object.keys.sorted()
      let meant = nearestName(to: key, among: keys)
      let others =
        meant.map { "; did you mean \(shortened($0))?" } ?? ", but "
        + keys.prefix(5).map(shortened).joined(separator: ", ")
      return .fault("has no key \(key)\(others)")
    }
    switch value {
    case let text as String: return .text(text)
    case let number as NSNumber: return .text(TarTarget.text(number.doubleValue))
    case let list as [NSNumber]: return .text(list.map { TarTarget.text($0.doubleValue) }.joined(separator: " "))
    default: return .fault("has at \(key) no number, text or list of numbers")
    }
  }

  /// A number; without a point if it is whole.
  private static func text(_ number: Double) -> String {
    Int(exactly: number).flatMap { abs($0) < 1 << 53 ? String($0) : nil } ?? "\(number)"
  }
}
