import Diagnostics

/// A `KEY=VALUE` from the command line. The key is dotted, list entries count from 0, and the value is YAML.
struct Override {
  /// The override as it was typed.
  let text: String
  /// The parts of the key.
  let path: [String]
  /// The value's tree.
  let value: YAMLNode

  /// Reads an override. Throws `Failure` (usage) if it is not `KEY=VALUE`, (configuration) if VALUE is not YAML.
  init(_ text: String) throws {
    let malformed = Failure(
      .usage, "command line: \"\(text)\" is not KEY=VALUE",
      advice: "write a recipe's key, dots between its parts, and a value: batch=64 or optimizer.learningRate=0.01")
    guard let equals = text.firstIndex(of: "=") else { throw malformed }
    path = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard path.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else { throw malformed }
    self.text = text
    value = try YAMLNode.parse(String(text[text.index(after: equals)...]), override: text)
    // An unset shell variable leaves the value empty.
    if value.isEmpty {
      throw Failure(
        .usage, "command line: \"\(text)\" has no value",
        advice: "write one, \(path.joined(separator: "."))=none for none, or leave the word out")
    }
  }

  /// Sorts overrides into the order in which they apply: one of a whole section, `optimizer=sgd`, before those of its
  /// parts, `optimizer.learningRate=0.5`, which it would undo. `none` stays where it is.
  /// - Throws: `Failure` as `init`, and (configuration) if one undoes an earlier one of a part.
  static func ordered(_ texts: [String]) throws -> [Override] {
    var ordered: [Override] = []
    for text in texts {
      let whole = try Override(text)
      let parts = ordered.indices.filter { ordered[$0].isPart(of: whole) }
      guard let first = parts.first, !whole.value.isNone else {
        ordered.append(whole)
        continue
      }
      if let lost = parts.lazy.map({ ordered[$0] }).first(where: { !whole.leaves($0) }) {
        throw whole.value.place.failure(
          "this undoes \(lost.text), which comes before it",
          advice: "leave one of them out, or write \(lost.text) last if it still has a meaning then")
      }
      ordered.insert(whole, at: first)
    }
    return ordered
  }

  private func isPart(of whole: Override) -> Bool {
    path.count > whole.path.count && path.starts(with: whole.path)
  }

  /// Whether the other override still means something after this one has set the section that holds it.
  private func leaves(_ part: Override) -> Bool {
    let key = part.path[path.count]
    switch value.content {
    case .list: return false
    case .mapping(let entries): return !entries.contains { $0.key == key }
    case .scalar(let text, _):
      // A list's entry is named by its key; other sections by a key in them.
      let isEntry = path.last.map { Int($0) != nil } ?? false
      return isEntry ? text == key : !["name", "source"].contains(key) && Int(key) == nil
    }
  }

  /// Returns the tree with the value set.
  func applied(to root: YAMLNode) throws -> YAMLNode {
    try put(into: root, depth: 0)
  }

  private func put(into node: YAMLNode, depth: Int) throws -> YAMLNode {
    guard depth < path.count else { return replacement(of: node) }
    let key = path[depth]
    var result = node
    switch node.content {
    case .list where Int(key) == nil && path.dropFirst(depth + 1).first.flatMap { Int($0) } != nil:
      // A list may stand for the mapping whose key is named here.
      result.content = .mapping(try put(into: [YAMLNode.Entry(key: key, value: node)], depth: depth))
    case .list(var items):
      guard let index = Int(key), items.indices.contains(index) else {
        let name = path[..<depth].joined(separator: ".")
        let valid = items.isEmpty ? "it is empty" : "its entries are 0 to \(items.count - 1)"
        throw value.place.failure("\(name) has no entry \(key): \(valid)")
      }
      items[index] = try put(into: items[index], depth: depth + 1)
      result.content = .list(items)
    case .mapping(let entries):
      result.content = .mapping(try put(into: entries, depth: depth))
    case .scalar(let text, _):
      // A name in a list (`- lstm`) is expanded so that it can have settings. Other scalars are replaced; reading
      // reports a wrong type.
      let bare = text == key ? [YAMLNode.Entry(key: key, value: YAMLNode(.mapping([]), at: node.place))] : []
      result = YAMLNode(
        .mapping(try put(into: bare, depth: depth)), at: bare.isEmpty ? value.place : node.place)
      // Remember the name that the mapping replaces: the file's keys still belong to it.
      result.replaced = node.isNone ? nil : text
    }
    return result
  }

  private func put(into entries: [YAMLNode.Entry], depth: Int) throws -> [YAMLNode.Entry] {
    let key = path[depth]
    var entries = entries
    if let index = entries.firstIndex(where: { $0.key == key }) {
      entries[index].value = try put(into: entries[index].value, depth: depth + 1)
    } else {
      let new = path[(depth + 1)...].reversed().reduce(value) { inner, name in
        YAMLNode(.mapping([YAMLNode.Entry(key: name, value: inner)]), at: value.place)
      }
      entries.append(YAMLNode.Entry(key: key, value: new))
    }
    return entries
  }

  private func replacement(of old: YAMLNode) -> YAMLNode {
    var new = value
    new.replaced = old.place.isCommandLine ? old.replaced : old.text
    return new
  }
}
