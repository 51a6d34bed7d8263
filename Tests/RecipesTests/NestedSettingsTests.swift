import Diagnostics
import Testing

@testable import Recipes

/// A leaf of a tree of blocks.
private struct Leaf: VariantSettings {
  static let name = "leaf"
  static let doc = "holds numbers"
  var scale: Float = 1
  var kernel = [3, 3]
  var limits: Limits?

  static let fields: [Field<Leaf>] = [
    Field("scale", \.scale, .number(.from(0, through: 2)), "a factor"),
    Field("kernel", \.kernel, .list(.number(.atLeast(1))), "height and width"),
    Field("limits", \.limits, .optional(.section), "limits or none"),
  ]
}

/// A section that may be absent.
private struct Limits: Settings {
  var most = 9

  static let fields: [Field<Limits>] = [Field("most", \.most, .number(.atLeast(1)), "the most")]
}

/// A block of blocks.
private struct Group: VariantSettings {
  static let name = "group"
  static let doc = "holds blocks"
  var blocks: [Block] = []

  static let fields: [Field<Group>] = [
    Field("blocks", \.blocks, .list(.named), required: true, "the blocks")
  ]
}

private enum Block: Variant {
  case leaf(Leaf)
  case group(Group)

  static let noun = "block"
  static let variants: [VariantCase<Block>] = [
    VariantCase(Block.leaf) { if case .leaf(let settings) = $0 { settings } else { nil } },
    VariantCase(Block.group) { if case .group(let settings) = $0 { settings } else { nil } },
  ]
}

/// What the recipe's own settings do not use yet: lists of numbers, 32-bit numbers, variants that hold variants.
@Suite struct NestedSettingsTests {
  private func read(_ text: String) throws -> Group {
    try Group.read(Section(YAMLNode.parse(text, file: "blocks.yaml"), path: ""), onto: Group())
  }

  @Test func blocksMayHoldBlocks() throws {
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
    guard case .group(let inner) = group.blocks.last else {
      Issue.record("the last block is \(group.blocks)")
      return
    }
    #expect(inner.blocks.last == .leaf(Leaf(scale: 2, kernel: [1], limits: Limits(most: 4))))
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
    let group = Group(blocks: [.leaf(Leaf(kernel: kernel))])
    let text = YAMLOutput.mapping(group.written).document(comments: false)
    #expect(text.hasPrefix("blocks:\n  - leaf:\n      scale: 1\n      kernel: [1000000, "))
    #expect(try read(text) == group)
  }

  @Test func theReferenceOfBlocksInBlocksIsMadeWhenAskedFor() {
    let group = Block.variants[1].info
    guard case .list(.variants(let blocks), least: 1) = group.keys[0].shape else {
      Issue.record("blocks are \(group.keys[0].shape)")
      return
    }
    #expect(blocks.key == nil && blocks.variants.map(\.name) == ["leaf", "group"])
    #expect(blocks.variants[0].keys.map(\.defaultText) == ["1", "[3, 3]", "none"])
  }
}
