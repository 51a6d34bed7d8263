import Diagnostics
import Yams

extension YAMLNode {
  /// Parses a YAML document; an empty document is an empty mapping.
  ///
  /// - Parameter file: the document's name in messages.
  static func parse(_ text: String, file: String) throws -> YAMLNode {
    do {
      let document = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
      guard let root = try compose(yaml: document, .default, .default, .utf8) else {
        return YAMLNode(.mapping([]), at: .file(file))
      }
      var converter = Converter { mark in mark.map { .line(file: file, $0.line) } ?? .file(file) }
      return try converter.convert(root, at: .file(file))
    } catch let error as YamlError {
      throw syntaxFailure(error) { line, column in
        ([file] + [line, column].compactMap { $0.map(String.init) }).joined(separator: ":")
      }
    }
  }

  /// Parses an override's value; every node's place is the command line.
  static func parse(_ text: String, override: String) throws -> YAMLNode {
    let place = Place.commandLine(override)
    do {
      guard let root = try compose(yaml: text, .default, .default, .utf8) else {
        return YAMLNode(.scalar("", isQuoted: false), at: place)
      }
      var converter = Converter { _ in place }
      return try converter.convert(root, at: place)
    } catch let error as YamlError {
      throw syntaxFailure(error) { _, _ in place.description }
    }
  }
}

/// Converts Yams' tree to ours.
private struct Converter {
  let place: (Mark?) -> Place
  var count = 0

  /// Aliases are copied, so a few lines of nested aliases could otherwise fill the memory.
  static let limit = 100_000

  mutating func convert(_ node: Node, at here: Place) throws -> YAMLNode {
    count += 1
    guard count <= Self.limit else { throw here.failure("the recipe has more than \(Self.limit) values") }
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      return YAMLNode(.scalar(scalar.string, isQuoted: !isPlain), at: here)
    case .sequence(let items):
      return YAMLNode(.list(try items.map { try convert($0, at: place($0.mark)) }), at: here)
    case .mapping(let pairs):
      return YAMLNode(
        .mapping(
          try pairs.map { key, value in
            let keyPlace = place(key.mark)
            guard let name = key.scalar?.string else { throw keyPlace.failure("a key must be a single word") }
            return YAMLNode.Entry(key: name, value: try convert(value, at: keyPlace))
          }), at: here)
    case .alias(let alias):
      throw place(alias.mark).failure("the alias *\(alias.anchor) is not defined")
    }
  }
}

/// The failure for text that is not YAML; `locate` names a place in it.
private func syntaxFailure(_ error: YamlError, locate: (_ line: Int?, _ column: Int?) -> String) -> Failure {
  let place: String
  let fault: String
  var advice: String?
  switch error {
  case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
    place = locate(mark.line, mark.column)
    guard !problem.hasPrefix("Maximum nesting level") else {
      // The library's own words name a function of C.
      fault = "values lie within values more than a thousand deep"
      advice = "layers may lie within layers \([any LayerEntry].mostNested) deep"
      break
    }
    let start = context.map { "\($0.text) that starts on line \($0.mark.line), " } ?? ""
    fault = "not valid YAML: \(start)\(problem)"
    // libyaml reports a tab only as a character that cannot start a token.
    if problem.contains("cannot start any token") { advice = "indent with blanks; YAML allows no tabs there" }
    if problem.contains("could not find expected ':'") {
      advice = "each line needs a key and a colon, followed by a blank, such as epochs: 2"
    }
  case .composer(let context, let problem, let mark, _):
    place = locate(mark.line, mark.column)
    fault = "not valid YAML: \(context.map { "\($0.text), " } ?? "")\(problem)"
  case .reader(let problem, let offset, _, let yaml):
    let before = yaml.prefix(offset ?? 0)
    place = locate(before.count { $0.isNewline } + 1, before.reversed().prefix { !$0.isNewline }.count + 1)
    fault = "not valid YAML: \(problem)"
  case .duplicatedKeysInMapping(let keys, let context):
    place = locate(context.mark.line, nil)
    let subject = keys.count == 1 ? "the key \(keys[0]) is" : "the keys \(keys.joined(separator: ", ")) are"
    fault = "\(subject) given more than once in the same mapping"
  default:
    place = locate(nil, nil)
    fault = "not valid YAML: \(error)"
  }
  return Failure(.configuration, "\(place): \(fault)", advice: advice)
}
