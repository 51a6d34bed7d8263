import Diagnostics
import Testing

@testable import Recipes

@Suite struct EntrySwitchTests {
  @Test func keysOfTheFormerEntryAreDropped() throws {
    let file = "optimizer: {name: rmsprop, learningRate: 0.5, alpha: 0.9, epsilon: 1e-6}\n"
    var sgd = SGDEntry()
    sgd.learningRate = 0.5
    #expect(try read(file, "optimizer.name=sgd").optimizer == sgd)
    sgd.momentum = 0.9
    #expect(try read(file, "optimizer.momentum=0.9", "optimizer.name=sgd").optimizer == sgd)
  }

  @Test func keysOfTheDefaultEntryAreDropped() throws {
    let recipe = try read("data: {level: hard, epochSize: 5}\n", "data.source=numpy", "data.train=x.npz")
    #expect(recipe.data == NumPyEntry(train: "x.npz"))
  }

  @Test func theLastOfSeveralSwitchesCounts() throws {
    let file = "optimizer: {name: rmsprop, alpha: 0.9}\n"
    let once = try read(file, "optimizer.name=sgd", "optimizer.name=rmsprop").optimizer
    #expect(once == (try read(file).optimizer))
    #expect(try read(file, "optimizer.name=sgd", "optimizer.name=sgd").optimizer == SGDEntry())
    #expect(try read(file, "optimizer.name=rmsprop", "optimizer.name=sgd").optimizer == SGDEntry())
  }

  @Test func keysOfNoEntryAreErrors() throws {
    #expect(
      try failure(of: "data: {level: hard, epochsize: 5}\n", "data.source=numpy", "data.train=x.npz")
        == wrong(
          "recipe.yaml:5: unknown key data.epochsize",
          "valid keys: source, train, validation, test, classNames, padding, mean, std, transforms, shuffle, "
            + "validationShare, testShare, splitSeed, folds, fold, splitBy"))
  }

  @Test func keysOfTheFormerEntryOnTheCommandLineAreErrors() throws {
    #expect(
      try failure(of: "", "optimizer.alpha=0.5", "optimizer.name=sgd")
        == wrong(
          "command line: optimizer.alpha=0.5: unknown key optimizer.alpha",
          "sgd has no such key; it belongs to name: rmsprop"))
  }

  @Test func aKeyOfTheWrongEntryInTheFileIsAnError() throws {
    #expect(
      try failure(of: "optimizer: {name: sgd, alpha: 0.5}\n", "optimizer.momentum=0.5")
        == wrong(
          "recipe.yaml:5: unknown key optimizer.alpha", "sgd has no such key; it belongs to name: rmsprop"))
  }

  @Test func missingKeysOfTheNewEntryAreNamed() throws {
    #expect(
      try failure(of: "data: {level: hard}\n", "data.source=numpy")
        == wrong(
          "command line: data.source=numpy: data.train is missing",
          "it is required: the training samples, an .npz file with x, y and optionally lengths or offsets, or a folder "
            + "with x.npy, y.npy and so on"))
    #expect(
      try failure(of: "", "data.source=nunpy")
        == wrong(
          "command line: data.source=nunpy: data.source: there is no data source \"nunpy\"", "did you mean numpy?"))
  }
}
