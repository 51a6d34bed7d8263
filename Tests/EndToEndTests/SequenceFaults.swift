import Formats
import TestSupport

extension Fault {
  /// Faults of sequences in `.ts`, CSV and NumPy files without padding.
  static let sequences = series + steps + archives

  private static let series = [
    training(
      "an archive in place of a .ts file", "data.npz is not a .ts file but a zip archive",
      ["data.source=ts", "data.train=data.npz"]
    ) {
      try NPZArchive.write([("x", NPYArray(shape: [1], floats: [1]))], to: $0["data.npz"])
    },
    ts(
      "a sample without its class", "t.ts:4: the last field, \"3,4\", is a channel: there is no class",
      "@classLabel true a b\n@data\n1,2:3,4:a\n1,2:3,4\n"),
    ts("an empty .ts file", "t.ts: the file is empty", ""),
    ts("a .ts file without @data", "t.ts: there is no line @data", "@classLabel true a b\n"),
    ts("time stamps", "t.ts:1: the samples have time stamps, which are not read", "@timeStamps true\n@data\n(0,1):a\n"),
    ts("no @classLabel", "t.ts: there is no @classLabel before @data", "@data\n1,2:a\n3,4:b\n"),
    ts(
      "channels of different lengths", "t.ts:4: channel 1 has 1 step, but channel 0 has 2",
      "@classLabel true a b\n@data\n1,2:3,4:a\n1,2:3:b\n"),
    ts(
      "a channel too few", "t.ts:4: the sample has 1 channel, but the first has 2",
      "@classLabel true a b\n@data\n1,2:3,4:a\n1,2:b\n"),
    ts(
      "text where a value belongs", "t.ts:3: channel 0, step 1: \"two\" is not a number",
      "@classLabel true a b\n@data\n1,two:a\n3,4:b\n"),
    ts(
      "a class that @classLabel lacks", "t.ts:4: \"c\" is not a class that @classLabel names",
      "@classLabel true a b\n@data\n1,2:a\n3,4:c\n"),
    ts(
      "a last line cut short", "t.ts:4: there is no colon, so there is no class",
      "@classLabel true a b\n@data\n1,2:a\n3,4"),
    ts(
      "a missing value that must not be", "t.ts:4: channel 0, step 1: the value is missing",
      "@classLabel true a b\n@data\n1,2:a\n3,?:b\n", ["data.missing=error"]),
    ts(
      "one class alone in a .ts file", "t.ts: @classLabel: all training samples are of one class, a",
      "@classLabel true a\n@data\n1,2:a\n3,4:a\n"),
    ts(
      "a test class that training has not", "test.ts:3: \"c\" is not a class of the training samples",
      "@classLabel true a b\n@data\n1,2:a\n3,4:b\n", ["data.test=test.ts"], test: "@classLabel true a c\n@data\n1:c\n"),
    ts(
      "other channels in the test file", "test.ts: samples have the shape 1×2, those of t.ts 2×1",
      "@classLabel true a b\n@data\n1,2:a\n3,4:b\n", ["data.test=test.ts"],
      test: "@classLabel true a b\n@data\n1:2:b\n"),
    ts(
      "classes for a loss on numbers", "the loss compares with numbers, but t.ts has classes, as @classLabel says",
      "@classLabel true a b\n@data\n1,2:a\n3,4:b\n", ["loss=mse"], status: 78),
  ]

  private static let steps = [
    table("a time that is no number", "t.csv:3: column t: the time \"noon\" is not a finite number") {
      "id,t,a,k\nx,0,1,p\nx,noon,2,p\ny,0,3,q\n"
    },
    table("two rows of the same time", "t.csv:4: sample x has the time 1.0 already on line 2") {
      "id,t,a,k\nx,1,1,p\nx,0,2,p\nx,1,3,p\n"
    },
    table("a label that changes", "t.csv:3: sample x has another target than on line 2") {
      "id,t,a,k\nx,1,1,p\nx,0,2,q\n"
    },
    table("a row without a sample", "t.csv:3: column id: there is no name of a sample") {
      "id,t,a,k\nx,1,1,p\n,0,2,q\n"
    },
    table("text where a step's number belongs", "t.csv:2: column a: \"one\" is not a number") {
      "id,t,a,k\nx,1,one,p\ny,0,2,q\n"
    },
    table(
      "no column of samples", "t.csv: there is no column \"id\", which data.sample names"
    ) { "name,t,a,k\nx,1,1,p\n" },
  ]

  private static let archives = [
    numpy(
      "lengths that do not add up", "data.npz: lengths add up to 5, but x has 4 steps, of the shape [4, 2]", [2, 3]),
    numpy("a sample of no steps", "data.npz: lengths[1] is 0", [4, 0]),
    numpy(
      "a length that is not whole", "data.npz: lengths[0] is 1.5", NPYArray(shape: [2], floats: [1.5, 2.5]),
      name: "lengths"),
    numpy("a negative length", "data.npz: lengths[1] is -1", [5, -1]),
    numpy("offsets that decrease", "data.npz: offsets[2] is 1, after 3", [0, 3, 1, 4], name: "offsets"),
    numpy("offsets beyond the steps", "data.npz: offsets[2] is 5", [0, 3, 5], name: "offsets"),
    numpy("offsets that begin late", "data.npz: offsets[0] is 1", [1, 3, 4], name: "offsets"),
    numpy("other numbers of samples and classes", "data.npz: y has the shape [2]", [2, 1, 1]),
  ]

  private static func ts(
    _ testDescription: String, _ message: String, _ text: String, _ overrides: [String] = [], test: String? = nil,
    status: Int32 = 65
  ) -> Fault {
    training(testDescription, message, ["data.source=ts", "data.train=t.ts"] + overrides, status: status) {
      try $0.write(text, to: "t.ts")
      if let test { try $0.write(test, to: "test.ts") }
    }
  }

  private static func table(
    _ testDescription: String, _ message: String, text: @escaping @Sendable () -> String
  ) -> Fault {
    training(
      testDescription, message, ["data.source=csv-sequences", "data.train=t.csv", "data.sample=id", "data.time=t"]
    ) { try $0.write(text(), to: "t.csv") }
  }

  private static func numpy(
    _ testDescription: String, _ message: String, _ numbers: [Int32], name: String = "lengths"
  ) -> Fault {
    numpy(testDescription, message, NPYArray(shape: [numbers.count], int32s: numbers), name: name)
  }

  private static func numpy(_ testDescription: String, _ message: String, _ array: NPYArray, name: String) -> Fault {
    training(testDescription, message, ["data.source=numpy", "data.train=data.npz"]) { folder in
      try NPZArchive.write(
        [
          ("x", NPYArray(shape: [4, 2], floats: [0, 1, 2, 3, 4, 5, 6, 7])),
          ("y", NPYArray(shape: [2], int32s: [0, 1])),
          (name, array),
        ], to: folder["data.npz"])
    }
  }

  /// A recurrent network on the data that `prepare` writes.
  private static func training(
    _ testDescription: String, _ message: String, _ overrides: [String], status: Int32 = 65,
    prepare: @escaping @Sendable (Folder) throws -> Void
  ) -> Fault {
    Fault(
      testDescription: testDescription, arguments: ["train", "recipe.yaml", "--out", "run"] + overrides, status: status,
      message: message
    ) { folder in
      try folder.write("model:\n  layers: [rnn: 3, linear: {outputs: 2}]\n", to: "recipe.yaml")
      try prepare(folder)
    }
  }
}
