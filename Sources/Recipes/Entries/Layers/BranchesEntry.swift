import Layers

/// Paths of layers side by side, whose outputs are joined.
public struct BranchesEntry: LayerEntry {
  /// How the outputs are joined.
  public var join: Branches.Join
  /// The layers of each path; a path without layers is the input itself.
  public var paths: [[any LayerEntry]]
  /// The name that its parameters' names begin with; nil for its number.
  public var name: String?

  /// Paths that are joined.
  public init(join: Branches.Join, paths: [[any LayerEntry]]) {
    self.join = join
    self.paths = paths
  }

  /// Every key at its default; required ones hold a placeholder.
  public init() { self.init(join: .concat, paths: []) }

  /// The name and keys in recipes.
  public static let form = RecipeForm<Self>(
    "branches", "paths of layers side by side, whose outputs are joined",
    example: "join: concat, paths: [[], [{conv2d: {outputs: 32, kernel: 3, padding: 1}}, relu]]",
    keys: [
      .moduleName(\.name, isContainer: true),
      RecipeKey(
        "join", \.join, .choice, required: true,
        "concat: one path's features behind the other's; add: their sum; multiply: the product of two paths"),
      RecipeKey(
        "paths", \.paths, .list(.list(.layer, least: 0)), required: true,
        "each path's layers from input to output; a path without layers, [], is the input itself"),
    ])

  /// Makes the paths, which have the same input.
  public func makeLayer(_ site: LayerSite) throws -> any Layer {
    try Branches(input: site.input, join: join, paths: paths.indices.map { site.part("paths.\($0)") })
  }
}

extension Branches.Join: Choice {}
