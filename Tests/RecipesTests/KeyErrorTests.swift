import Diagnostics
import Testing

@testable import Recipes

@Suite struct KeyErrorTests {
  @Test func anUnknownKeySuggestsTheNearest() throws {
    #expect(
      try failure(of: "seed: 3\nbach: 16\n")
        == wrong("recipe.yaml:6: unknown key bach", "did you mean batch?"))
    #expect(
      try failure(of: "optimizer:\n  name: sgd\n  learningrate: 1\n")
        == wrong("recipe.yaml:7: unknown key optimizer.learningrate", "did you mean optimizer.learningRate?"))
    #expect(
      try failure(of: "data: {sorce: numpy}\n")
        == wrong("recipe.yaml:5: unknown key data.sorce", "did you mean data.source?"))
  }

  @Test func anUnknownKeyLikeNoneListsAll() throws {
    #expect(
      try failure(of: "optimizer: {name: sgd, speed: 1}\n")
        == wrong(
          "recipe.yaml:5: unknown key optimizer.speed",
          "valid keys: name, learningRate, momentum, nesterov, weightDecay, clipNorm, clipValue, decayed, normDecay, biasDecay, groups"
        ))
    #expect(
      try failure(ofWhole: "model:\n  layers:\n    - linear: {outputs: 3}\n    - lstm:\n        speed: 3\n")
        == wrong(
          "recipe.yaml:5: unknown key model.layers.1.lstm.speed",
          "valid keys: name, hiddenSize, bias, output, layers, bidirectional, dropout, stateful, initialization"))
  }

  @Test func aKeyOfAnotherSectionIsFound() throws {
    #expect(
      try failure(of: "learningRate: 3\n")
        == wrong("recipe.yaml:5: unknown key learningRate", "did you mean optimizer.learningRate?"))
    #expect(
      try failure(of: "layers: []\n") == wrong("recipe.yaml:5: unknown key layers", "did you mean model.layers?"))
  }

  @Test func aKeyOfAnotherEntryNamesTheEntry() throws {
    #expect(
      try failure(of: "optimizer:\n  name: rmsprop\n  nesterov: true\n")
        == wrong(
          "recipe.yaml:7: unknown key optimizer.nesterov", "rmsprop has no such key; it belongs to name: sgd"))
  }

  @Test func aMissingKeyIsNamedWithItsDescription() throws {
    let layers =
      "it is required: the layers from input to output, each a name with its settings, unless network gives them"
    #expect(try failure(ofWhole: "") == wrong("recipe.yaml: model.layers is missing", layers))
    #expect(try failure(ofWhole: "# only\n") == wrong("recipe.yaml: model.layers is missing", layers))
    #expect(
      try failure(ofWhole: "seed: 1\nmodel:\n  weights: none\n")
        == wrong("recipe.yaml:2: model.layers is missing", layers))
    #expect(
      try failure(ofWhole: "model:\n  layers:\n    - lstm\n    - linear\n")
        == wrong(
          "recipe.yaml:4: model.layers.1.linear.outputs is missing",
          "it is required: the number of outputs, or classes: one for each class of the data"))
    #expect(
      try failure(of: "data:\n  source: numpy\n")
        == wrong(
          "recipe.yaml:6: data.train is missing",
          "it is required: the training samples, an .npz file with x, y and optionally lengths or offsets, or a folder "
            + "with x.npy, y.npy and so on"))
  }

  @Test func anUnknownEntrySuggestsTheNearestOrListsAll() throws {
    #expect(
      try failure(of: "optimizer: {name: rmsprob}\n")
        == wrong("recipe.yaml:5: optimizer.name: there is no optimizer \"rmsprob\"", "did you mean rmsprop?"))
    #expect(
      try failure(of: "data: {source: imagenet}\n")
        == wrong(
          "recipe.yaml:5: data.source: there is no data source \"imagenet\"",
          "it must be one of \(EntryKind.data.names.joined(separator: ", "))"))
    #expect(
      try failure(ofWhole: "model:\n  layers:\n    - lstn: {hiddenSize: 4}\n")
        == wrong("recipe.yaml:3: model.layers.0: there is no layer \"lstn\"", "did you mean lstm?"))
    #expect(
      try failure(ofWhole: "model:\n  layers: [7]\n")
        == wrong(
          "recipe.yaml:2: model.layers.0: there is no layer 7",
          "it must be one of \(EntryKind.layer.names.joined(separator: ", "))"))
  }

  @Test func kindsOfOtherProgramsAreTranslated() throws {
    func advice(_ text: String) throws -> String? { try failure(of: text).advice }
    #expect(try advice("loss: l2\n") == "did you mean mse?")
    #expect(try advice("loss: bce\n") == "did you mean binary-cross-entropy?")
    #expect(try advice("loss: CrossEntropy\n") == "did you mean cross-entropy?")
    #expect(try advice("optimizer: AdamW\n") == "did you mean adamw?")
    #expect(try advice("schedule: linear\n") == "did you mean polynomial?")
    func layer(_ text: String) throws -> String? { try failure(ofWhole: "model: {layers: [\(text)]}\n").advice }
    #expect(try layer("dense: {outputs: 3}") == "did you mean linear?")
    #expect(try layer("conv: {outputs: 3}") == "did you mean conv2d or conv1d?")
    #expect(try layer("MaxPool2d: 2") == "did you mean max-pool?")
    #expect(try layer("AdaptiveAvgPool2d: 1") == "did you mean global-average-pool or adaptive-average-pool?")
    #expect(try layer("ConvTranspose2d: {outputs: 3}") == "did you mean conv-transpose2d?")
    #expect(try layer("deconv: {outputs: 3}") == "did you mean conv-transpose2d or conv-transpose1d?")
    #expect(try layer("maxpool: 2") == "did you mean max-pool?")
    #expect(try layer("bn") == "did you mean batch-norm?")
    #expect(try layer("linear: {units: 3}") == "did you mean model.layers.0.linear.outputs?")
    #expect(try layer("lstm: {units: 3}") == "did you mean model.layers.0.lstm.hiddenSize?")
  }

  @Test func optionsThatAreKeysAreTranslated() {
    #expect(Recipe.key(called: "epochs") == "epochs")
    #expect(Recipe.key(called: "batch-size") == "batch")
    #expect(Recipe.key(called: "lr") == "optimizer.learningRate")
    #expect(Recipe.key(called: "schedule.warmup") == "schedule.warmup")
    #expect(Recipe.key(called: "ouput") == nil)
  }

  @Test func aLayerHasOneName() throws {
    #expect(
      try failure(ofWhole: "model:\n  layers:\n    - lstm:\n      hiddenSize: 4\n")
        == wrong(
          "recipe.yaml:3: model.layers.0 must have one key, the layer's name, but has lstm, hiddenSize",
          "the settings of a layer go under its name, indented or in braces: - name: {key: value}"))
    #expect(
      try failure(ofWhole: "model:\n  layers: [[lstm]]\n")
        == wrong("recipe.yaml:2: model.layers.0 must be a name with its settings, not a list"))
    #expect(
      try failure(ofWhole: "model:\n  layers:\n    -\n")
        == wrong("recipe.yaml:3: model.layers.0 must be a name with its settings, not an empty value"))
  }
}
