import Layers
import Tensors
import Testing

@testable import Recipes

@Suite struct RecurrentSettingsTests {
  @Test func everyKeyIsReadAndMade() throws {
    let recipe = try read(
      "", "model.layers=[{gru: {hiddenSize: 6, layers: 3, bidirectional: true, dropout: 0.25}}]")
    var gru = GRUEntry()
    gru.recurrence.hiddenSize = 6
    gru.recurrence.options.layers = 3
    gru.recurrence.options.isBidirectional = true
    gru.recurrence.options.dropout = 0.25
    #expect(recipe.model.layers == [gru] as [any LayerEntry])
    let model = try recipe.makeModel(inputShape: .sequence(steps: 5, features: 2))
    #expect(model.outputShape == .vector(12))
    #expect(model.parameters.last?.name == "0.bias_hh_l2_reverse")
    #expect(try Recipe.parse(recipe.resolvedYAML(), file: "other.yaml") == recipe)
  }

  @Test func theGatedRecurrenceMayOmitBiasesAndCarryState() throws {
    let recipe = try read("", "model.layers=[{gated: {bias: false, stateful: true, output: all}}]")
    var gated = GatedEntry()
    gated.recurrence.bias = false
    gated.recurrence.options.isStateful = true
    gated.recurrence.options.output = .all
    #expect(recipe.model.layers == [gated] as [any LayerEntry])
    let model = try recipe.makeModel(inputShape: .sequence(steps: 5, features: 2))
    #expect(model.parameters.map(\.name) == ["0.weight_c_l0", "0.weight_x_l0", "0.weight_h_l0"])
  }

  @Test func conflictingKeysAreNamedWithTheirLine() throws {
    func failing(_ keys: String) throws -> String {
      try failure(ofWhole: "model:\n  layers:\n    - rnn:\n        \(keys)\n    - linear: {outputs: 2}\n").description
    }
    #expect(
      try failing("dropout: 0.5") == """
        recipe.yaml:4: model.layers.0.rnn: dropout acts between the layers of a recurrent layer, but layers is 1
          give layers a value such as 2, or put a dropout layer behind this one
        """)
    #expect(
      try failing("bidirectional: true\n        stateful: true") == """
        recipe.yaml:5: model.layers.0.rnn: a bidirectional layer cannot be stateful: it starts at the sequence's end too
          leave stateful or bidirectional false
        """)
  }

  @Test func paddingIsAKeyOfTheData() throws {
    #expect(
      try failure(ofWhole: "model:\n  layers:\n    - gru:\n        hiddenSize: 3\n        padding: front\n").description
        == """
        recipe.yaml:5: unknown key model.layers.0.gru.padding
          padding belongs to the data: set data.padding, once for all layers
        """)
  }

  @Test func valuesOutOfRangeAreRefused() throws {
    let layer = "model.layers.0.lstm"
    #expect(try failure(of: "", "\(layer).layers=0").message.hasSuffix("\(layer).layers must be from 1 to 1000, not 0"))
    #expect(try failure(of: "", "\(layer).dropout=1").message.contains("\(layer).dropout must be"))
  }
}
