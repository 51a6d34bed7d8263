import Formats
import Foundation
import Recipes
import Testing

@testable import Reporting

@Suite("The page about data")
struct DataPageTests {
  private func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "data-page-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  /// A table of which one column is constant, one is large, one class is rare, and a test row is a training row.
  private func table(_ folder: String) throws -> Recipe {
    let rows = (0..<44).map { row in
      "\(row),7,\(1000 * (row % 5)),\(row < 40 ? "common" : "rare & <b>")"
    }
    func write(_ rows: [String], _ name: String) throws {
      try (["number,constant,large,kind"] + rows).joined(separator: "\n").write(
        toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
    try write(rows, "train.csv")
    try write([rows[3], "99,7,1,common"], "test.csv")
    let recipe = """
      data: {source: csv, train: \(folder)/train.csv, test: \(folder)/test.csv}
      model: {layers: [linear: {outputs: 2}]}
      """
    try recipe.write(toFile: "\(folder)/table.yaml", atomically: true, encoding: .utf8)
    return try Recipe.load("\(folder)/table.yaml")
  }

  @Test("has ranges by column, shares of the classes, and warnings")
  func facts() throws {
    try withFolder { folder in
      let summary = try DataSummary(try table(folder))
      let warnings = summary.warnings
      #expect(
        warnings.contains("No test sample is of the class rare & <b>; how well it is learned is not measured there."))
      #expect(
        warnings.contains {
          $0.hasPrefix("The class common comes 40 times in training, the class rare & <b> 4 times")
            && $0.contains("docs/balance.md")
        })
      #expect(
        warnings.contains(
          "1 input of 3 is the same in all training samples: constant (7); data.ignore leaves out columns."))
      #expect(
        warnings.contains {
          $0.hasPrefix("1 test sample has the inputs of a training sample: ") && $0.contains("(test)")
        })
      #expect(
        warnings.contains {
          $0.hasPrefix("The column number has mean 21.5 and") && $0.contains("networks learn best about 0 and 1")
        })
      #expect(summary.inputs.rows.map { $0[0] } == ["input", "number", "constant", "large"])
      #expect(summary.inputs.rows[1][1...3] == ["0", "43", "21.5"])
      #expect(summary.classes.rows[1] == ["common", "40", "90.9 %", "2", "100.0 %"])
      #expect(summary.normalizationText == nil)

      let page = try DataPage(summary).html()
      let structure = try PageStructure(page)
      #expect(structure.sections == ["warnings", "samples", "classes", "inputs"])
      #expect(structure.incomplete == [])
      for link in structure.links { #expect(link.hasPrefix("#") || link.hasPrefix("data:"), "\(link)") }
      #expect(page.contains("<td>constant</td>") && !page.contains("<b>"))
    }
  }

  @Test("warns of targets that are one-hot, unless they are of all steps")
  func oneHot() throws {
    try withFolder { folder in
      func warnings(steps: Int) throws -> [String] {
        let x = NPYArray(shape: [4, steps, 1], floats: (0..<4 * steps).map(Float.init))
        let y = NPYArray(shape: [4, 3], int32s: (0..<12).map { $0 % 3 == $0 / 3 % 3 ? 1 : 0 })
        try NPZArchive.write([("x", x), ("y", y)], to: "\(folder)/\(steps).npz")
        try """
        data: {source: numpy, train: \(folder)/\(steps).npz}
        model: {layers: [gru: {hiddenSize: 2}, linear: {outputs: 3}]}
        """.write(toFile: "\(folder)/\(steps).yaml", atomically: true, encoding: .utf8)
        return try DataSummary(try Recipe.load("\(folder)/\(steps).yaml")).warnings
      }
      let (ofOthers, ofAll) = (try warnings(steps: 5), try warnings(steps: 3))
      #expect(
        ofOthers.contains(
          "\(folder)/5.npz: y has the shape [4, 3] with a single 1 in each row: classes are not one-hot here; write class "
            + "indices: y.argmax(axis=1). It is right if a sample is a sequence of 5×1, and a class for each of 3 steps."
        ))
      #expect(!ofAll.contains { $0.contains("one-hot") })
    }
  }

  @Test("shows images, and sequences of different lengths as curves")
  func pictures() throws {
    let images = try RunFixture.images()
    defer { try? FileManager.default.removeItem(atPath: images.path) }
    let page = try DataPage(DataSummary(try Recipe.load(images.recipe))).html()
    #expect(try PageStructure(page).sections.suffix(2) == ["inputs", "examples"])
    #expect(page.components(separatedBy: "data:image/png;base64,").count == 1 + 12)

    try withFolder { folder in
      let samples = ["0,1,2:down", "2,1,0,3:up", "5,4:up", "1,1,1,1,1:down"]
      let tags = "@timeStamps false\n@dimensions 1\n@equalLength false\n@classLabel true down up\n@data\n"
      try (tags + samples.joined(separator: "\n")).write(
        toFile: "\(folder)/a.ts", atomically: true, encoding: .utf8)
      try """
      data: {source: ts, train: \(folder)/a.ts, standardize: sample}
      model: {layers: [gru: {hiddenSize: 2}, linear: {outputs: 2}]}
      """.write(toFile: "\(folder)/a.yaml", atomically: true, encoding: .utf8)
      let summary = try DataSummary(try Recipe.load("\(folder)/a.yaml"))
      #expect(summary.lengths.rows[1] == ["training", "2", "3.5", "5", "3.5"])
      #expect(summary.normalizationText == "standardize: channel")
      // Before any standardization.
      #expect(summary.inputs.rows[1][1...2] == ["0", "5"])
      let structure = try PageStructure(try DataPage(summary).html())
      #expect(structure.sections.suffix(3) == ["lengths", "inputs", "examples"] && structure.incomplete == [])
    }
  }

  @Test("arrays have keys to normalize by, for each feature or for all")
  func arrays() throws {
    try withFolder { folder in
      func summary(features: Int, keys: String = "") throws -> DataSummary {
        let values = (0..<40 * features).map { Float(100 * ($0 % features) + $0 / features % 5) }
        try NPZArchive.write(
          [
            ("x", NPYArray(shape: [40, features], floats: values)),
            ("y", NPYArray(shape: [40], int32s: (0..<40).map { $0 % 2 })),
          ], to: "\(folder)/a.npz")
        let text = "data: {source: numpy, train: \(folder)/a.npz\(keys)}\nmodel: {layers: [linear: {outputs: 2}]}\n"
        return try DataSummary(try Recipe.parse(text, file: "a.yaml"))
      }
      let keys = "mean: [2, 102], std: [1.414, 1.414]"
      #expect(try summary(features: 2).normalizationText == keys)
      #expect(try summary(features: 2).warnings.contains { $0.hasSuffix("learn best about 0 and 1: write \(keys).") })
      #expect(try !summary(features: 2, keys: ", \(keys)").warnings.contains { $0.contains("normalization") })
      #expect(
        try summary(features: 2, keys: ", std: 10").warnings.contains {
          $0.hasPrefix("After the recipe's normalization an input has mean 5.2") && $0.hasSuffix(": write \(keys).")
        })
      let common = try #require(try summary(features: 70).normalizationText)
      #expect(common == "mean: 3452, std: 2021")
      #expect(try !summary(features: 70, keys: ", \(common)").warnings.contains { $0.contains("normalization") })
    }
  }

  @Test("shows labels and numbers below images, and images of 16 bits in their own range")
  func captions() throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    try withFolder { folder in
      for name in ["1", "2"] {
        try FileManager.default.copyItem(
          atPath: tests.appending(path: "Reference/images/grey-sixteen-bits.png").path, toPath: "\(folder)/\(name).png")
      }
      try "path,tags,size,age\n1.png,red;very soft,1.5,7\n2.png,,2,8\n".write(
        toFile: "\(folder)/list.csv", atomically: true, encoding: .utf8)
      func page(_ data: String, loss: String) throws -> String {
        try """
        data: {source: image-list, train: \(folder)/list.csv, \(data), transforms: [resize: {size: [8, 8]}]}
        loss: \(loss)
        model: {layers: [flatten, linear: 2]}
        """.write(toFile: "\(folder)/list.yaml", atomically: true, encoding: .utf8)
        return try DataPage(DataSummary(try Recipe.load("\(folder)/list.yaml"))).html()
      }
      let labels = try page("labels: tags, depth: 16, colors: grey", loss: "binary-cross-entropy")
      #expect(labels.contains(">red, ver…<") && labels.contains(">none<"))
      #expect(labels.contains("labels red, very soft") && labels.contains(", which training samples have."))
      let numbers = try page("targets: [size, age]", loss: "mse")
      #expect(numbers.contains("size 1.5, age 7") && numbers.contains("All on one scale, from 0 to 1."))
    }
  }

  @Test("some samples of large data are read, and it says so")
  func partial() throws {
    let recipe = try Recipe.load("temporal-order", overrides: ["data.testSize=50"])
    let summary = try DataSummary(recipe, samples: 20)
    #expect(
      summary.partialNote?.hasSuffix(", 20 of 50 test samples, evenly spaced. --samples N reads more or fewer.") == true
    )
    #expect(summary.parts.rows.last?.prefix(3) == ["test", "50", "20"])
    #expect(try DataPage(summary).html().contains("20 of 50 test samples, evenly spaced"))
  }
}
