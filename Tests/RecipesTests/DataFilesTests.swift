import Datasets
import Recipes
import Testing

@Suite struct DataFilesTests {
  @Test(arguments: [
    ("{source: csv, train: a.csv}", ["a.csv training"]),
    ("{source: ts, train: a.ts, test: b.ts}", ["a.ts training", "b.ts test"]),
    (
      "{source: numpy, train: a.npz, validation: b.npz, test: a.npz}",
      ["a.npz training", "b.npz validation", "a.npz test"]
    ),
    ("{source: hdf5, train: a.h5, test: none-*.h5}", ["a.h5 training", "none-*.h5 test"]),
    (
      "{source: hdf5, train: [b.h5, a.h5], validation: \"{c,d}.h5\"}",
      ["b.h5 training", "a.h5 training", "{c,d}.h5 validation"]
    ),
    (
      "{source: idx, trainImages: a, trainLabels: b, testImages: c, testLabels: d}",
      ["a training", "b training", "c test", "d test"]
    ),
  ])
  func filesSayWhichPartTheyHoldAlone(data: String, files: [String]) throws {
    let recipe = try Recipe.parse("data: \(data)\nmodel: {layers: [linear: 2]}", file: "my.yaml")
    #expect(recipe.data.files.map { "\($0.path) \($0.split?.rawValue ?? "training")" } == files)
  }
}
