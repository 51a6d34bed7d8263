import Layers
import Testing

@testable import Recipes

@Suite struct CellExchangeTests {
  private func layers(_ text: String, cell: String) throws -> [any LayerEntry] {
    try read("", "model.layers=\(text)", "model.cell=\(cell)").model.layers
  }

  @Test(arguments: RecurrentCellName.allCases)
  func everyRecurrentLayerGetsTheCellAndKeepsSharedKeys(cell: RecurrentCellName) throws {
    let common = "{hiddenSize: 7, layers: 2, dropout: 0.5, stateful: true, initialization: orthogonal, output: all}"
    for former in RecurrentCellName.allCases {
      let layer = "{\(former): \(common)}"
      let text =
        "[{residual: {body: [\(layer)], shortcut: [linear: {outputs: 7}]}}, {sequential: {layers: [\(layer)]}}, \(layer)]"
      let wanted = text.replacing("\(former): {h", with: "\(cell): {h")
      #expect(try layers(text, cell: cell.rawValue) == read("", "model.layers=\(wanted)").model.layers)
    }
  }

  @Test func keysOfTheSameCellAreKept() throws {
    let relu = "[{rnn: {nonlinearity: relu}}, {linear: {outputs: 2}}]"
    #expect(try layers(relu, cell: "rnn") == read("", "model.layers=\(relu)").model.layers)
    #expect(try layers(relu, cell: "gru") == [GRUEntry(), LinearEntry(outputs: 2)] as [any LayerEntry])
  }

  @Test func theWrittenRecipeHasTheNewLayers() throws {
    for name in ["temporal-order", "echo", "echo-binary"] {
      let recipe = try Recipe.load(name, overrides: ["model.cell=gated"])
      #expect(recipe.model.cell == nil && recipe.resolvedYAML().contains("gated:"))
      #expect(try Recipe.parse(recipe.resolvedYAML(), file: "recipe.yaml") == recipe)
    }
  }

  @Test func anUnknownCellIsRefused() throws {
    #expect(
      try failure(of: "", "model.cell=gruu")
        == wrong("command line: model.cell=gruu: model.cell cannot be \"gruu\"", "did you mean gru?"))
  }
}
