import Formats
import Foundation
import Testing

extension EndToEndTests {
  /// Inputs of a trained model: texts, files, folders and standard input, good and bad.
  struct InputTests {
    private func succeed(_ arguments: [String], in folder: Folder) throws -> Ending {
      let ending = try Program.run(arguments, in: folder)
      try #require(ending.status == 0, "\(ending.text)")
      return ending
    }

    /// Runs the program with this text as standard input.
    private func run(_ arguments: [String], reading input: String, in folder: Folder) throws -> Ending {
      try run(arguments, reading: Array(input.utf8), in: folder)
    }

    /// Runs the program with these bytes as standard input.
    private func run(_ arguments: [String], reading input: [UInt8], in folder: Folder) throws -> Ending {
      try folder.write(input, to: "input")
      let words = ([Program.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
      return try Program.start("/bin/sh", ["-c", "\(words) < input"], in: folder)
    }

    @Test func textsComeFromFilesAndStandardInput() throws {
      try Folder.temporary { folder in
        try SmallData.writeNames(folder)
        try folder.write("Read me first\n", to: "data/names/README.txt")
        let trained = try succeed(["train", "names", "epochs=1", "batch=300", "--out", "run"], in: folder)
        #expect(trained.errors.contains("data/names: 1 file is not read (README.txt): "), "\(trained.text)")
        #expect(trained.errors.contains("A step takes 300 samples, but an epoch has "), "\(trained.text)")
        #expect(trained.output.contains(/classes +3: German \d+, Italian \d+, Xhosa \d+\n/), "\(trained.text)")
        #expect(
          try succeed(["inspect", "names"], in: folder).output.contains(/\nclasses +3: German \d+, Italian \d+, Xhosa/))

        try folder.write("Rossi\r\n\r\nMüller", to: "new.txt")
        try folder.write([0x89, 0x50, 0x4E, 0x47, 0, 1], to: "photo.png")
        let answers = try Program.run(["predict", "run", "new.txt", "photo.png", "Bauer"], in: folder)
        #expect(answers.status == 65, "\(answers.text)")
        #expect(answers.lines.dropFirst().map { $0.prefix { $0 != " " } } == ["Rossi", "Müller", "Bauer", ""])
        #expect(answers.errors.contains("photo.png is a file, but holds no text\n"), "\(answers.text)")
        #expect(!answers.output.contains("photo.png"))

        let piped = try run(["predict", "run"], reading: "Rossi\n \nnew.txt\n\u{439}a\n", in: folder)
        #expect(piped.status == 65 && piped.lines.count == 4, "\(piped.text)")
        #expect(piped.errors.contains("standard input:2: the text \"\" has 0 letters\n"), "\(piped.text)")
        #expect(piped.errors.contains("dp-train: \"\u{439}a\": training had no \"\u{439}\", which counts as unknown\n"))

        // A text may contain the replacement character; bytes that are not UTF-8 are refused.
        let marked = try run(["predict", "run"], reading: Array("a\u{FFFD}\nb".utf8) + [0xFF, 0x0A], in: folder)
        #expect(marked.status == 65 && marked.lines.count == 2, "\(marked.text)")
        #expect(marked.errors.contains("standard input:2: the line is not UTF-8 text\n"), "\(marked.text)")

        // The classes are those of the training, even if the folder has only one of them.
        try Folder(path: folder["later"]).create()
        try folder.write("Keler\nBeken\n", to: "later/German.txt")
        let measured = try succeed(["evaluate", "run", "later"], in: folder)
        #expect(measured.output.contains(#/German +2 /#) && measured.output.contains(#/Xhosa +0 /#), "\(measured.text)")
        try folder.write("a\n", to: "later/Greek.txt")
        let other = try Program.run(["evaluate", "run", "later"], in: folder)
        #expect(other.status == 65 && other.errors.hasPrefix("later/Greek.txt: Greek is not a class of the training"))
      }
    }

    @Test func oneBadImageLeavesTheOthersAnswered() throws {
      try Folder.temporary { folder in
        try folder.writeImageRecipe(epochs: 1)
        _ = try succeed(["train", "images.yaml", "--out", "run"], in: folder)
        let good = "images/train/class0/0-colour.jpg"
        try folder.write(Array(folder.bytes(good).prefix(700)), to: "cut.jpg")
        let answers = try Program.run(["predict", "run", good, "cut.jpg", "none.jpg", good], in: folder)
        #expect(answers.status == 65 && answers.lines.count == 4, "\(answers.text)")
        #expect(answers.errors.hasPrefix("cut.jpg: this JPEG image is damaged: "), "\(answers.text)")
        #expect(answers.errors.contains("none.jpg cannot be opened: No such file or directory\n  paths start from "))

        let all = try succeed(["predict", "run", "images/train", "--json"], in: folder)
        #expect(
          all.lines.count == 49 && all.lines[0].hasPrefix("{\"input\":\"images/train/class0/0-cmyk.jpg\""),
          "\(all.text)")
        let measured = try succeed(["evaluate", "run", "images/train"], in: folder)
        #expect(measured.output.contains(#/class0 +24 /#), "\(measured.text)")
        // An evaluation of another folder needs no training images.
        try FileManager.default.moveItem(atPath: folder["images/train"], toPath: folder["images/held"])
        let held = try succeed(["evaluate", "run", "data.test=held", "data.testShare=0"], in: folder)
        #expect(held.lines[0].hasSuffix(": test samples, float32"), "\(held.text)")
        #expect(measured.lines[0].hasSuffix(": images/train, float32"), "\(measured.text)")
        #expect(held.lines.dropFirst() == measured.lines.dropFirst())

        try folder.write(Folder(path: reference("images")).bytes("bomb.png"), to: "bomb.png")
        let bomb = try Program.run(["predict", "run", "bomb.png"], in: folder)
        #expect(bomb.status == 65 && bomb.errors.contains("data.megapixels allows 64000000\n"), "\(bomb.text)")
        let limited = try folder.text("run/recipe.yaml").replacing("megapixels: 64", with: "megapixels: 900")
        try folder.write(limited, to: "run/recipe.yaml")
        #expect(!(try Program.run(["predict", "run", "bomb.png"], in: folder).errors.contains("megapixels")))
      }
    }

    @Test func oneBadSampleOfAnArchiveLeavesTheOthersAnswered() throws {
      try Folder.temporary { folder in
        func write(_ name: String, bad: Set<Int>) throws {
          let x = (0..<24).map { bad.contains($0) ? Float.nan : Float($0 % 5) }
          try NPZArchive.write(
            [
              (name: "x", array: NPYArray(shape: [8, 3], floats: x)),
              (name: "y", array: NPYArray(shape: [8], int32s: [0, 1, 0, 1, 0, 1, 0, 1])),
            ], to: folder[name], compressed: false)
        }
        try write("t.npz", bad: [])
        try write("new.npz", bad: [4, 5, 21])
        try folder.write(
          "epochs: 1\ndata: {source: numpy, train: t.npz, test: t.npz}\nmodel: {layers: [linear: 2]}\n", to: "t.yaml")
        _ = try succeed(["train", "t.yaml", "--out", "run"], in: folder)
        let answers = try Program.run(["predict", "run", "new.npz", "--json"], in: folder)
        #expect(answers.status == 65, "\(answers.text)")
        let names = answers.lines.dropLast().map { $0.prefix { $0 != "," } }
        #expect(names == [0, 2, 3, 4, 5, 6].map { "{\"input\":\"new.npz[\($0)]\"" }, "\(answers.text)")
        #expect(
          answers.errors.contains("new.npz: x[1, 1] is nan as float32, in sample 1\n")
            && answers.errors.contains("new.npz: x[7, 0] is nan as float32, in sample 7\n"), "\(answers.text)")
        let measured = try Program.run(["train", "t.yaml", "data.train=new.npz", "--out", "other"], in: folder)
        #expect(measured.status == 65 && measured.errors.hasPrefix("new.npz: x[1, 1] is nan"), "\(measured.text)")
      }
    }

    /// Finite numbers whose products are not.
    @Test func aSampleThatOverflowsTheNetworkLeavesTheOthersAnswered() throws {
      try Folder.temporary { folder in
        try NPZArchive.write(
          [
            ("0.weight", NPYArray(shape: [2, 1], floats: [9, -9])), ("0.bias", NPYArray(shape: [2], floats: [0, 0])),
          ],
          to: folder["start.npz"])
        try folder.write("a,k\n1,up\n-1,down\n", to: "t.csv")
        try folder.write("a\n1\n3e38\nx\n2\n", to: "new.csv")
        for loss in ["cross-entropy", "mse"] {
          try folder.write(
            """
            steps: 1
            batch: 2
            shards: 1
            loss: \(loss)
            data: {source: csv, train: \(loss == "mse" ? "n" : "t").csv}
            model: {weights: start.npz, layers: [linear: 2]}
            optimizer: {name: sgd, learningRate: 0.001}

            """, to: "t.yaml")
          try folder.write("a,b,c\n1,1,0\n-1,0,1\n", to: "n.csv")
          let targets = loss == "mse" ? ["data.targets=[b,c]"] : []
          _ = try succeed(["train", "t.yaml", "--out", loss] + targets, in: folder)
          let answers = try Program.run(["predict", loss, "new.csv", "--json"], in: folder)
          #expect(answers.status == 65, "\(answers.text)")
          let names = answers.lines.dropLast().map { $0.prefix { $0 != "," } }
          #expect(names == [0, 3].map { "{\"input\":\"new.csv[\($0)]\"" }, "\(answers.text)")
          #expect(answers.errors.contains("new.csv[1]: the network's output is not finite\n"), "\(answers.text)")
          let piped = try run(["predict", loss], reading: "1\n-3e38\n", in: folder)
          #expect(piped.status == 65 && piped.lines.count == 2, "\(piped.text)")
          #expect(
            piped.errors.hasPrefix("standard input:2: -3e38: the network's output is not finite\n"), "\(piped.text)")
        }
      }
    }

    @Test func aFolderOfClassesAloneIsSplitByShares() throws {
      try Folder.temporary { folder in
        try folder.writeImageRecipe(epochs: 1)
        try FileManager.default.moveItem(atPath: folder["images/train"], toPath: folder["pics"])
        try folder.write("x", to: "pics/class0/notes.bmp")
        let trained = try succeed(
          [
            "train", "images.yaml", "data.folder=pics", "data.validation=none", "data.testShare=0.25",
            "data.validationShare=0.25", "--out", "run",
          ], in: folder)
        #expect(trained.output.contains(/data +24 samples an epoch, 12 for validation, 12 for test/), "\(trained.text)")
        #expect(trained.output.contains("2: class0 12, class1 12\n"), "\(trained.text)")
        #expect(trained.errors.contains("dp-train: pics: 1 file is not read (class0/notes.bmp): "), "\(trained.text)")
        // All images have one size, so they need no transforms.
        let plain = try succeed(["train", "images.yaml", "data=pics", "steps=1", "--out", "plain"], in: folder)
        #expect(plain.output.contains("48 samples an epoch, 40×53×3 each"), "\(plain.text)")
        #expect(try succeed(["predict", "plain", "pics/class0"], in: folder).lines.count == 26)
      }
    }

    @Test func rowsMayBeginWithAMinusSign() throws {
      try Folder.temporary { folder in
        let rows = (0..<40).map { "\($0 - 20).5,\($0 % 3),\($0 < 20 ? "low" : "high")" }
        try folder.write("a,b,k\n" + rows.joined(separator: "\n"), to: "t.csv")
        try folder.write(
          "epochs: 2\ndata: {source: csv, train: t.csv, test: t.csv}\nmodel: {layers: [linear: {outputs: 2}]}\n",
          to: "t.yaml")
        _ = try succeed(["train", "t.yaml", "--out", "run"], in: folder)
        let answers = try succeed(["predict", "run", "-0.67,0.2", "--json", "-.5,-1"], in: folder)
        #expect(answers.lines.count == 3 && answers.lines[1].hasPrefix("{\"input\":\"-.5,-1\""), "\(answers.text)")
        let typo = try Program.run(["predict", "run", "1,2", "--jsn"], in: folder)
        #expect(typo.status == 64 && typo.errors.contains("Unknown option '--jsn'"), "\(typo.text)")
        let piped = try run(["predict", "run"], reading: "1,2\n1\n-1,x\n3,4\n", in: folder)
        #expect(piped.status == 65 && piped.lines.count == 3, "\(piped.text)")
        #expect(
          piped.errors.contains("standard input:2: \"1\" is neither a file nor a row of 2 numbers"), "\(piped.text)")
        #expect(piped.errors.contains("standard input:3: \"-1,x\": column b: \"x\" is not a number"), "\(piped.text)")
        let measured = try succeed(["evaluate", "run", "t.csv"], in: folder)
        let again = try succeed(["evaluate", "run"], in: folder)
        #expect(measured.lines.dropFirst() == again.lines.dropFirst() && measured.lines[0] == "t: t.csv, float32")
        let json = try succeed(["evaluate", "run", "t.csv", "--json"], in: folder)
        #expect(json.output.contains("\"data\":\"t.csv\",") && !json.output.contains("\"split\""), "\(json.text)")

        let written = try succeed(["export", "run", "--format", "npz", "--out", "new/dir/x.npz"], in: folder)
        #expect(written.output == "new/dir/x.npz\n" && FileManager.default.fileExists(atPath: folder["new/dir/x.npz"]))
        try FileManager.default.removeItem(atPath: folder["run/weights.safetensors"])
        for command in [["evaluate", "run"], ["predict", "run", "1,2"], ["export", "run", "--format", "npz"]] {
          let unfinished = try Program.run(command, in: folder)
          #expect(unfinished.status == 66, "\(unfinished.text)")
          #expect(
            unfinished.errors == """
              run is not finished: there is no run/weights.safetensors
                --last takes the weights of its newest checkpoint

              """)
          #expect(try Program.run(command + ["--last"], in: folder).status == 0)
        }
      }
    }

    @Test func textsThatLookLikeFilesAreReported() throws {
      try Folder.temporary { folder in
        try Folder(path: folder["lines"]).create()
        try folder.write((0..<20).map { "x\($0)./-\n" }.joined(), to: "lines/a.txt")
        try folder.write(
          (0..<20).map { "\($0)zt\n" }.joined() + String(repeating: "1zt\n", count: 40), to: "lines/b.txt")
        try folder.write(
          "epochs: 1\ndata: lines\nmodel: {layers: [lstm: {hiddenSize: 4, output: last}, linear: {outputs: 2}]}\n",
          to: "t.yaml")
        let trained = try succeed(["train", "t.yaml", "--out", "run"], in: folder)
        #expect(!trained.errors.contains("repeat"), "\(trained.text)")
        let answers = try succeed(["predict", "run", "none.txt", "./x", "zt", "--", "-x"], in: folder)
        #expect(answers.lines.count == 6, "\(answers.text)")
        for name in ["none.txt", "./x"] {
          #expect(
            answers.errors.contains("\"\(name)\": there is no such file; it is taken as a text"), "\(answers.text)")
        }
        let file = try Program.run(["evaluate", "run", "lines/a.txt"], in: folder)
        #expect(
          file.status == 66 && file.errors.hasPrefix("lines/a.txt is a file, but must be a folder"), "\(file.text)")
        try folder.write(String(repeating: "x\n", count: 90) + "y\n", to: "lines/a.txt")
        let repeated = try succeed(["evaluate", "run", "lines"], in: folder)
        #expect(repeated.errors.contains("lines: 129 of 151 lines repeat one of the same file"), "\(repeated.text)")
      }
    }

    @Test func aTruncatedEchoIsReported() throws {
      try Folder.temporary { folder in
        _ = try succeed(["train", "echo", "steps=1", "data.testSize=8", "--out", "run"], in: folder)
        let cut = try succeed(["predict", "run", "hello world", "hello"], in: folder)
        #expect(
          cut.errors
            == "dp-train: the output follows the input 4 steps later: append 4 blanks to see its end, as in "
            + "\"hello    \"\n")
        #expect(try succeed(["predict", "run", "hello    "], in: folder).errors == "")
      }
    }
  }
}
