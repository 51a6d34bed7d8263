import Diagnostics
import Foundation

extension Recipe {
  /// Reads a built-in recipe or a YAML file.
  ///
  /// - Parameters:
  ///   - nameOrPath: a file if it contains "/" or ends in ".yaml" or ".yml"; else the name of a built-in recipe.
  ///   - overrides: `KEY=VALUE`, in order. Keys are dotted; list entries count from 0.
  ///   - extensions: the program's own layers, losses, data sources and other entries.
  /// - Throws: `Failure`: `.usage` if the name is not built in or an override is malformed, `.noInput` if the file
  ///   cannot be read, `.configuration` if anything in the recipe is wrong.
  public static func load(
    _ nameOrPath: String, overrides: [String] = [], extensions: Registry = Registry()
  ) throws -> Recipe {
    guard isPath(nameOrPath) else {
      let recipe = try BuiltInRecipes.recipe(named: nameOrPath)
      return try parse(recipe.text, file: recipe.name, overrides: overrides, extensions: extensions)
    }
    return try parse(
      try text(ofFile: nameOrPath), file: nameOrPath, overrides: overrides, extensions: extensions)
  }

  /// Reads the recipe that a command line names: `[RECIPE] [KEY=VALUE ...]`.
  ///
  /// - Parameters:
  ///   - arguments: by default those of the process. The first is the recipe, as for `load`, unless it contains "=".
  ///   - standard: the recipe if they name none.
  ///   - extensions: as for `load`.
  /// - Throws: as `load`.
  public static func load(
    arguments: some Sequence<String> = CommandLine.arguments.dropFirst(), default standard: String,
    extensions: Registry = Registry()
  ) throws -> Recipe {
    let arguments = Array(arguments)
    let named = arguments.first.flatMap { $0.contains("=") ? nil : $0 }
    return try load(
      named ?? standard, overrides: Array(named == nil ? arguments[...] : arguments.dropFirst()), extensions: extensions
    )
  }

  /// Reads the text of a recipe.
  ///
  /// - Parameters:
  ///   - text: the YAML.
  ///   - file: the name of the text in messages; its last part, without suffix, is the recipe's default name.
  ///   - overrides: as for `load`.
  ///   - extensions: as for `load`.
  /// - Throws: `Failure`: `.usage` if an override is malformed, `.configuration` if anything in the recipe is wrong.
  public static func parse(
    _ text: String, file: String, overrides: [String] = [], extensions: Registry = Registry()
  ) throws -> Recipe {
    var (recipe, root) = try extensions.apply { try read(text, file: file, overrides: overrides) }
    recipe.origin = Origin(root, extensions: extensions)
    return recipe
  }

  private static func read(_ text: String, file: String, overrides: [String]) throws -> (Recipe, YAMLNode) {
    let document = try RecipeSection(try YAMLNode.parse(text, file: file), path: "")
    var root = YAMLNode(.mapping(document.entries), at: .file(file))
    for override in try Override.ordered(overrides) { root = try override.applied(to: root) }
    var section = try RecipeSection(root, path: "")
    section.hint = { key in
      whereElse(key, in: keys).map { "did you mean \($0)?" }
    }
    var start = Recipe()
    start.name = defaultName(file: file)
    var recipe = try read(section, onto: start)
    recipe.model.resolve()
    return (recipe, root)
  }

  /// The recipe as YAML with every key written out. Reading it gives an equal recipe.
  ///
  /// - Parameter comments: whether each key is followed by its meaning.
  public func resolvedYAML(comments: Bool = false) -> String {
    YAMLOutput.mapping(written).document(comments: comments)
  }

  /// Returns the recipe after the same checks as a recipe in a file.
  ///
  /// - Parameter extensions: the program's own layers, losses, data sources and other entries.
  /// - Throws: `Failure` (configuration) naming the line of `resolvedYAML()`.
  public func validated(extensions: Registry = Registry()) throws -> Recipe {
    try Recipe.parse(resolvedYAML(), file: name, extensions: extensions)
  }

  /// Loads the recipe of an earlier run with the same extensions as this one.
  /// - Throws: as `load`.
  public func loadFormer(_ path: String) throws -> Recipe {
    try Recipe.load(path, extensions: origin.extensions)
  }

  /// Reads a checkpoint's recipe with the same extensions as this one; `file` is its name in messages.
  /// - Throws: as `load`.
  public func parseFormer(_ text: String, file: String) throws -> Recipe {
    try Recipe.parse(text, file: file, extensions: origin.extensions)
  }

  /// The text of a built-in recipe or a file.
  /// - Throws: as `load`.
  package static func text(named nameOrPath: String) throws -> String {
    try isPath(nameOrPath) ? text(ofFile: nameOrPath) : BuiltInRecipes.recipe(named: nameOrPath).text
  }

  /// Whether a recipe's name is a file's path.
  package static func isPath(_ text: String) -> Bool {
    text.contains("/") || text.hasSuffix(".yaml") || text.hasSuffix(".yml")
  }

  private static func text(ofFile path: String) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Failure(.noInput, "\(path): there is no such recipe file", advice: pathAdvice(path))
    }
    guard !isFolder.boolValue else {
      throw Failure(.noInput, "\(path): this is a folder, not a recipe file")
    }
    // A pipe cannot be read by every rank, nor again when the run is resumed.
    let type = try? FileManager.default.attributesOfItem(atPath: URL(filePath: path).resolvingSymlinksInPath().path)[
      .type]
    guard type as? FileAttributeType == .typeRegular else {
      throw Failure(.noInput, "\(path): this is not a regular file", advice: "write the recipe to a file first")
    }
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw Failure(.noInput, "\(path): the recipe file cannot be read", advice: "check its permissions")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(
        .configuration, "\(path): the recipe is not UTF-8 text",
        advice: "a recipe is a YAML file; data is named in it, or by a key: dp-train train RECIPE data=\(path)")
    }
    return text
  }

  /// The file's name without folders and suffix, if a run folder can have that name.
  private static func defaultName(file: String) -> String {
    let stem = (URL(filePath: file).lastPathComponent as NSString).deletingPathExtension
    let node = YAMLNode(.scalar(stem, isQuoted: true), at: .file(file))
    return (try? ValueType<String>.fileName.read(node, "name", nil)) ?? Recipe().name
  }

  /// The dotted path of the key with this name, here or in other programs; nil if there is none.
  package static func key(called name: String) -> String? {
    let names = keys.map(\.name)
    if let key = FamiliarKeys.key(for: name, among: names) { return key }
    if name.contains("."), let section = name.split(separator: ".").first, names.contains(String(section)) {
      return name
    }
    return whereElse(FamiliarKeys.ours(for: name), in: keys)
  }

  /// The dotted path of a key with this name in one of the sections.
  private static func whereElse(_ name: String, in keys: [KeyInfo]) -> String? {
    for key in keys {
      let inner: [KeyInfo]
      switch key.shape {
      case .section(let keys, _): inner = keys
      case .entry(let kind) where kind.key != nil: inner = kind.entries.flatMap(\.keys)
      default: continue
      }
      if inner.contains(where: { $0.name == name }) { return "\(key.name).\(name)" }
    }
    return nil
  }
}
