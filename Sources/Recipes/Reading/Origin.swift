/// Where the values of a recipe were given, for what shows only when the recipe is built.
struct Origin: Sendable {
  private let root: YAMLNode?
  /// What the recipe could name besides what comes along.
  let extensions: Registry

  /// The tree that a recipe was read from, or nil for one that a program made.
  init(_ root: YAMLNode? = nil, extensions: Registry = Registry()) {
    self.root = root
    self.extensions = extensions
  }

  /// Where the value under a dotted key was given, or nil where it was not.
  func place(of key: String) -> Place? { node(key)?.place }

  /// Where the entry of a list under a dotted key was given, if that is the entry of this name; a program may have
  /// changed the list since.
  func place(of key: String, named name: String) -> Place? {
    guard let node = node(key) else { return nil }
    switch node.content {
    case .scalar(let text, _): return text == name ? node.place : nil
    case .mapping(let entries): return entries.first?.key == name ? node.place : nil
    case .list: return nil
    }
  }

  private func node(_ key: String) -> YAMLNode? {
    key.split(separator: ".").reduce(root) { node, part in
      switch node?.content {
      // A short form stands for the one key that it is the value of.
      case .list(let items) where Int(part) == nil: items.isEmpty ? nil : node
      case .list(let items): Int(part).flatMap { items.indices.contains($0) ? items[$0] : nil }
      case .mapping(let entries): entries.first { $0.key == part }?.value
      default: nil
      }
    }
  }
}
