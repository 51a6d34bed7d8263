import Diagnostics
import Layers
import Testing

@testable import Recipes

/// A leaf of a tree of blocks.
private struct Leaf: LayerEntry {
  var scale: Float = 1
  var kernel = [3, 3]
  var limits: Limits?

  static let form = RecipeForm<Self>(
    "leaf", "holds numbers",
    keys: [
      RecipeKey("scale", \.scale, .number(.from(0, through: 2)), "a factor"),
      RecipeKey("kernel", \.kernel, .list(.number(.atLeast(1))), "height and width"),
      RecipeKey("limits", \.limits, .optional(.section), "limits or none"),
    ])

  func makeLayer(_ site: LayerSite) -> any Layer { Flatten(input: site.input) }
}

/// A section that may be absent.
private struct Limits: RecipeSettings {
  var most = 9

  static let form = RecipeForm<Self>(keys: [RecipeKey("most", \.most, .number(.atLeast(1)), "the most")])
}

/// A block of blocks.
private struct Group: LayerEntry {
  var blocks: [any LayerEntry] = []

  static let form = RecipeForm<Self>(
    "group", "holds blocks", keys: [RecipeKey("blocks", \.blocks, .list(.layer), required: true, "the blocks")])

  func makeLayer(_ site: LayerSite) -> any Layer { Sequential(input: site.input, layers: site.layers("blocks")) }
}

/// Types that the recipe's settings do not use yet: lists of numbers, 32-bit numbers, sections in entries.
@Suite struct NestedSettingsTests {
  private func read(_ text: String) throws -> Group {
    try Registry(layers: [Leaf.self, Group.self]).apply {
      try Group.read(RecipeSection(YAMLNode.parse(text, file: "blocks.yaml"), path: ""), onto: Group())
    }
  }

  @Test func blocksMayContainBlocks() throws {
    let text = """
      blocks:
        - leaf: {scale: 0.1, kernel: [5, 7], limits: none}
        - group:
            blocks:
              - group:
                  blocks:
                    - leaf: {scale: 1, kernel: [3, 3], limits: none}
              - leaf:
                  scale: 2
                  kernel: [1]
                  limits:
                    most: 4

      """
    let group = try read(text)
    let inner = try #require(group.blocks.last as? Group)
    #expect(inner.blocks.last as? Leaf == Leaf(scale: 2, kernel: [1], limits: Limits(most: 4)))
    #expect(YAMLOutput.mapping(group.written).document(comments: false) == text)
    #expect(try read(YAMLOutput.mapping(group.written).document(comments: true)) == group)
  }

  @Test func errorsNameTheWholePath() {
    let text = "blocks:\n  - leaf\n  - group:\n      blocks:\n        - leaf:\n            kernel: [3, 0]\n"
    #expect(throws: wrong("blocks.yaml:6: blocks.1.group.blocks.0.leaf.kernel.1 must be at least 1, not 0")) {
      try read(text)
    }
    #expect(throws: wrong("blocks.yaml:1: blocks.0.leaf.scale must be from 0 to 2, not 2.5")) {
      try read("blocks: [{leaf: {scale: 2.5}}]")
    }
    #expect(
      throws: wrong(
        "blocks.yaml:1: blocks.0.leaf.limits must be a mapping of keys to values or none, not 3",
        "for example limits: {most: 9}")
    ) {
      try read("blocks: [{leaf: {limits: 3}}]")
    }
  }

  @Test func anEntryTooLongForALineIsBrokenUp() throws {
    let kernel = Array(repeating: 1_000_000, count: 12)
    let group = Group(blocks: [Leaf(kernel: kernel)])
    let text = YAMLOutput.mapping(group.written).document(comments: false)
    #expect(text.hasPrefix("blocks:\n  - leaf:\n      scale: 1\n      kernel: [1000000, "))
    #expect(try read(text) == group)
  }

  @Test func theReferenceOfNestedBlocksIsMadeOnDemand() throws {
    try Registry(layers: [Leaf.self, Group.self]).apply {
      guard case .list(.entry(let blocks), least: 1) = Group.info.keys[0].shape else {
        Issue.record("blocks are \(Group.info.keys[0].shape)")
        return
      }
      let own = blocks.entries.suffix(2)
      #expect(blocks.key == nil && own.map(\.name) == ["leaf", "group"])
      #expect(own.first?.keys.map(\.defaultText) == ["1", "[3, 3]", "none"])
    }
  }
}
