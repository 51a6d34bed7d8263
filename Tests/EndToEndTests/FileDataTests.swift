import DPTrain
import Formats
import TestSupport
import Testing

extension EndToEndTests {
  /// From files to answers, with the built-in recipes on small data of their kinds.
  struct FileDataTests {
    private func run(_ arguments: [String], in folder: Folder) throws -> Ending {
      let ending = try Program.run(arguments, in: folder)
      try #require(ending.status == 0, "\(ending.text)")
      return ending
    }

    @Test func namesAreLearnedShownAndPredicted() throws {
      try Folder.temporary { folder in
        try SmallData.writeNames(folder)
        let trained = try run(["train", "names", "epochs=20", "--out", "run"], in: folder)
        #expect(trained.output.contains(/test +accuracy 100.0 %/), "\(trained.text)")
        let shown = try run(["evaluate", "run", "--show", "3"], in: folder)
        #expect(shown.output.contains(/right\nsample +actual +predicted +probability\n\w+ +(German|Italian|Xhosa)/))
        #expect(shown.output.hasSuffix("\nwrong: none\n"), "\(shown.text)")
        // The training data is not needed, and letters may be unknown.
        Folder(path: folder["data"]).remove()
        let answers = try run(["predict", "run", "Müller", "Rossi", "Kapuscinskaja"], in: folder)
        #expect(answers.lines.count == 5)
        #expect(answers.lines[0].wholeMatch(of: /input +predicted +probability/) != nil, "\(answers.text)")
        #expect(answers.lines[1].wholeMatch(of: /Müller +German +\d+\.\d %/) != nil, "\(answers.text)")
        #expect(answers.lines[2].wholeMatch(of: /Rossi +Italian +\d+\.\d %/) != nil, "\(answers.text)")
        let decomposed = try run(["predict", "run", "Mu\u{308}ller", "--json"], in: folder)
        let composed = try run(["predict", "run", "M\u{FC}ller", "--json"], in: folder)
        #expect(
          decomposed.output.drop { $0 != "," } == composed.output.drop { $0 != "," }, "both are the same name")
      }
    }

    @Test func aRunResumesWithoutTheFileOfItsInitialWeights() throws {
      try Folder.temporary { folder in
        try temporalOrderWeights.write(to: folder["start.safetensors"])
        func train(steps: Int, to out: String) throws -> Ending {
          try Program.run(
            [
              "train", "temporal-order", "steps=\(steps)", "model.weights=start.safetensors",
              "checkpoint.steps=4", "--out", out, "--resume",
            ], in: folder)
        }
        // Nothing is saved yet: the file is read.
        #expect(try train(steps: 9, to: "whole").status == 0)
        #expect(try train(steps: 5, to: "run").status == 0)
        func began() throws -> String? {
          try folder.text("run/environment.json").split(separator: "\n").first { $0.contains("initialWeights") }
            .map(String.init)
        }
        let first = try began()
        #expect(first != nil)
        Folder(path: folder["start.safetensors"]).remove()
        let resumed = try train(steps: 9, to: "run")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try folder.bytes("run/weights.safetensors") == folder.bytes("whole/weights.safetensors"))
        #expect(try began() == first)
        let other = try train(steps: 9, to: "other")
        #expect(other.status == 66)
        #expect(other.errors.contains("'start.safetensors' cannot be opened: No such file or directory."))
      }
    }

    @Test func aFileThatChangedIsNamedWhenARunResumes() throws {
      try Folder.temporary { folder in
        func write(_ first: Int) throws {
          let rows = (0..<20).map { "\($0 == 0 ? first : $0 % 7),\($0 % 2 == 0 ? "even" : "odd")" }
          try folder.write("a,kind\n" + rows.joined(separator: "\n") + "\n", to: "t.csv")
        }
        try write(0)
        try folder.write("a,kind\n1,odd\n", to: "m.csv")
        try folder.write(
          "data: {source: csv, train: t.csv, label: kind, test: m.csv}\nmodel: {layers: [linear: {outputs: 2}]}\n",
          to: "t.yaml")
        func warning(epochs: Int) throws -> String {
          let ending = try run(["train", "t.yaml", "epochs=\(epochs)", "--out", "run", "--resume"], in: folder)
          return ending.errors.split(separator: "\n").filter { $0.contains("since the run began") }.joined(
            separator: "|")
        }
        #expect(try warning(epochs: 1) == "")
        #expect(try folder.text("run/data.json").contains(/"path" : "t.csv",\n +"sha256" : "[0-9a-f]{64}"/))
        // Written again with the same contents, the file is no other.
        try write(0)
        #expect(try warning(epochs: 2) == "")
        try write(5)
        let told =
          "dp-train: t.csv changed since the run began: the training goes on with other data, and no recipe gives "
          + "its weights again"
        for epochs in 3...4 { #expect(try warning(epochs: epochs) == told) }
        try write(0)
        #expect(try warning(epochs: 5) == "")
        try folder.write("a,kind\n1,even\n", to: "m.csv")
        #expect(
          try warning(epochs: 6)
            == "dp-train: m.csv changed since the run began: the training samples are the same; only measurements change"
        )
      }
    }

    @Test func imagesOfAnIDXFileArePredicted() throws {
      try Folder.temporary { folder in
        try SmallData.writeDigits(folder)
        let trained = try run(["train", "mnist", "epochs=8", "batch=16", "ema=none", "--out", "run"], in: folder)
        #expect(trained.output.contains(/test +accuracy 100.0 %/), "\(trained.text)")
        let half = [UInt8](repeating: 255, count: 32)
        let none = [UInt8](repeating: 0, count: 32)
        try folder.write(gzipped(idxFile([2, 8, 8], half + none + none + half)), to: "new")
        let answers = try run(["predict", "run", "new"], in: folder)
        #expect(answers.lines[1].hasPrefix("new[0]  0 ") && answers.lines[2].hasPrefix("new[1]  1 "), "\(answers.text)")
        let wrong = try Program.run(["predict", "run", "data/mnist/t10k-labels-idx1-ubyte"], in: folder)
        #expect(wrong.status == 65)
        #expect(wrong.errors.hasPrefix("data/mnist/t10k-labels-idx1-ubyte: the array has the shape [40]\n"))
      }
    }

    @Test func imagesOfCIFARAreLearnedMeasuredAndPredicted() throws {
      try Folder.temporary { folder in
        try SmallData.writeCIFAR(folder)
        let recipe = ["cifar", "epochs=20", "batch=20", "model.network.width=8", "schedule.warmup=0 steps"]
        let trained = try run(
          ["train"] + recipe + ["data.transforms=[]", "optimizer.learningRate=0.02", "--out", "run"], in: folder)
        #expect(trained.output.contains(/data +120 samples an epoch, 40 for test/), "\(trained.text)")
        #expect(trained.output.contains(/test +accuracy (9\d|100)\.\d %/), "\(trained.text)")
        let shown = try run(["evaluate", "run", "--show", "2"], in: folder)
        #expect(shown.output.contains(#/\ntest_batch\.bin\[\d+\] +[a-z]+ +[a-z]+ /#), "\(shown.text)")
        // The same file by its name, and by its folder's.
        for path in ["data/cifar-10-batches-bin/test_batch.bin", "data/cifar-10-batches-bin"] {
          let measured = try run(["evaluate", "run", path, "--show", "2"], in: folder)
          #expect(measured.lines[0] == "cifar: \(path), float32")
          #expect(measured.lines.dropFirst() == shown.lines.dropFirst())
        }
        // A photograph of a class: a bright square in the dark, at twice the size, and wider than it is high.
        let (height, width) = (64, 84)
        let pixels = (0..<height).flatMap { row in
          (0..<width).flatMap { column -> [UInt8] in
            let isBright = (row / 2) / 6 == 2 && ((column - 10) / 2) / 6 == 3
            return Array(repeating: isBright ? 230 : 30, count: 3)
          }
        }
        try folder.write(
          PNGEncoder.encode(pixels, size: ImageSize(height: height, width: width), colors: .rgb), to: "new.png")
        Folder(path: folder["data"]).remove()
        let answers = try run(["predict", "run", "new.png"], in: folder)
        #expect(answers.lines[1].wholeMatch(of: /new.png +ship +\d+\.\d %/) != nil, "\(answers.text)")
      }
    }

    @Test func rowsOfATableAreLearnedAndPredicted() throws {
      try Folder.temporary { folder in
        var random = TestRandom(8)
        let rows = (0..<120).map { _ in
          let x = random.floats(2)
          return "\(x[0]),\(x[0] > x[1] ? "\"more, or\"" : "less"),\(x[1])"
        }
        try folder.write("a,kind,b\r\n" + rows.joined(separator: "\r\n"), to: "t.csv")
        try folder.write(
          """
          epochs: 40
          data: {source: csv, train: t.csv, label: kind, testShare: 0.25}
          model: {layers: [linear: {outputs: 2}]}
          optimizer: {name: adam, learningRate: 0.05}

          """, to: "table.yaml")
        let trained = try run(["train", "table.yaml", "--out", "run"], in: folder)
        #expect(trained.output.contains("on 30 samples"), "\(trained.text)")
        let answers = try run(["predict", "run", "0.9,0.1", "0.1, 0.9"], in: folder)
        #expect(answers.lines[1].contains("  more, or  ") && answers.lines[2].contains("  less  "), "\(answers.text)")
        #expect(try run(["predict", "run", "t.csv"], in: folder).lines.count == 122)
      }
    }
  }
}
