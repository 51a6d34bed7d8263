/// Where the values of a recipe were given, for faults that are found only when the recipe is built.
struct Origin: Sendable {
  private let root: YAMLNode?
  /// The entries that the recipe could name besides the built-in ones.
  let extensions: Registry

  /// Takes the tree that a recipe was read from, or nil if a program made it.
  init(_ root: YAMLNode? = nil, extensions: Registry = Registry()) {
    self.root = root
    self.extensions = extensions
  }

  /// Where the value of a dotted key was given; nil if it was not.
  func place(of key: String) -> Place? { node(key)?.place }

  /// Where a list's entry was given. Nil if the entry at that index has another name: a program may have changed the
  /// list.
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
      // A short form stands for its one key, so the path ends here.
      case .list(let items) where Int(part) == nil: items.isEmpty ? nil : node
      case .list(let items): Int(part).flatMap { items.indices.contains($0) ? items[$0] : nil }
      case .mapping(let entries): entries.first { $0.key == part }?.value
      default: nil
      }
    }
  }
}
