import DPTrain
import Testing

extension EndToEndTests {
  /// From folders of images to answers.
  struct ImageFolderTests {
    @Test func imagesAreLearnedMeasuredAndPredicted() throws {
      try Folder.temporary { folder in
        try folder.writeImageRecipe(epochs: 40)
        try folder.write("no image", to: "images/train/class0/text.png")
        let trained = try Program.run(["train", "images.yaml", "--out", "run"], in: folder)
        try #require(trained.status == 0, "\(trained.text)")
        #expect(trained.errors.hasPrefix("dp-train: images/train/class0/text.png is not an image: it begins with"))
        #expect(
          trained.errors.contains("; left out\n")
            && trained.output.contains(/data +48 samples an epoch, 12 for validation, 12 for test/))
        let measured = try Program.run(["evaluate", "run", "--on", "validation", "--best", "--show", "2"], in: folder)
        #expect(measured.status == 0 && measured.output.contains("images/validation/class"), "\(measured.text)")
        // Training samples are evaluated without random transforms, so they give the same result as test samples.
        let (one, two) = (
          try Program.run(["evaluate", "run", "--on", "training", "--json"], in: folder),
          try Program.run(
            [
              "evaluate", "run", "--on", "test", "--json", "data.validation=none", "data.testShare=0",
              "data.test=train",
            ],
            in: folder)
        )
        #expect(
          one.status == 0 && one.output.replacing("training", with: "test") == two.output, "\(one.text)\(two.text)")
        let answers = try Program.run(
          ["predict", "run", "images/train/class0/0-colour.jpg", "images/train/class1/0-one-bit.png"], in: folder)
        #expect(answers.lines[1].contains(/class[01] +\d+\.\d %/) && answers.lines.count == 4, "\(answers.text)")
        let missing = try Program.run(["predict", "run", "nothing.jpg"], in: folder)
        #expect(missing.status == 66 && missing.errors.contains("nothing.jpg"), "\(missing.text)")
      }
    }

    /// The same images from a list give the same weights as from folders, whatever the threads and the cache.
    @Test func aListOfTheImagesGivesTheSameWeights() throws {
      try Folder.temporary { folder in
        try folder.writeImageRecipe(epochs: 2)
        for part in ["train", "validation"] {
          let rows = try ["class0", "class1"].flatMap { name in
            try Folder(path: folder["images/\(part)/\(name)"]).contents()
              .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "\(part)/\(name)/\($0),\(name)\n" }
          }
          try folder.write("path,kind\n" + rows.joined(), to: "images/\(part).csv")
        }
        let text = try folder.text("images.yaml").replacing("source: image-folder", with: "source: image-list")
          .replacing("folder: images", with: "train: images/train.csv\n  label: kind")
          .replacing("validation: validation", with: "validation: images/validation.csv")
        try folder.write(text, to: "list.yaml")
        func weights(_ arguments: [String], to out: String) throws -> [UInt8] {
          let ending = try Program.run(["train"] + arguments + ["name=images", "--out", out], in: folder)
          try #require(ending.status == 0, "\(ending.text)")
          return try folder.bytes("\(out)/weights.safetensors")
        }
        let whole = try weights(["images.yaml"], to: "folders")
        for changes in [[], ["data.threads=3", "data.cache=0"], ["data.threads=2"]] {
          #expect(try weights(["list.yaml"] + changes, to: "list\(changes.count)") == whole, "\(changes)")
        }
        let measured = try Program.run(["evaluate", "list0", "images/validation.csv", "--on", "test"], in: folder)
        #expect(measured.status == 0, "\(measured.text)")
        let answer = try Program.run(["predict", "list0", "images/train/class0/0-colour.jpg"], in: folder)
        #expect(answer.status == 0 && answer.output.contains("class"), "\(answer.text)")
      }
    }

    /// Of a folder or a list, another image of the same size is noticed, and nothing else.
    @Test(arguments: [
      "{source: image-folder, folder: images", "{source: image-list, train: images/list.csv, folder: images",
    ])
    func imagesThatChangedAreNamedWhenARunResumes(data: String) throws {
      try Folder.temporary { folder in
        func image(_ level: UInt8) throws -> [UInt8] {
          let pixels = (0..<64).map { $0 == 9 ? level : 100 }
          return try PNGEncoder.encode(pixels, size: ImageSize(height: 8, width: 8), colors: .grey)
        }
        for name in ["a", "b"] {
          try Folder(path: folder["images/\(name)"]).create()
          for number in 0..<4 { try folder.write(image(UInt8(number)), to: "images/\(name)/\(number).png") }
        }
        let rows = ["a", "b"].flatMap { name in (0..<4).map { "\(name)/\($0).png,\(name)\n" } }
        try folder.write("path,kind\n" + rows.joined(), to: "images/list.csv")
        try folder.write("data: \(data)}\nmodel: {layers: [flatten, linear: {outputs: 2}]}\n", to: "t.yaml")
        let source = data.contains("list.csv") ? "images/list.csv" : "images"
        func warning(epochs: Int) throws -> String {
          let ending = try Program.run(
            ["train", "t.yaml", "epochs=\(epochs)", "--out", "run", "--resume"], in: folder)
          #expect(ending.status == 0, "\(ending.text)")
          return ending.errors.split(separator: "\n").filter { $0.contains("since the run began") }
            .joined(separator: "|")
        }
        #expect(try warning(epochs: 1) == "")
        try folder.write(image(2), to: "images/b/2.png")
        #expect(try warning(epochs: 2) == "")
        let (former, new) = (try image(2), try image(5))
        #expect(former.count == new.count)
        try folder.write(new, to: "images/b/2.png")
        #expect(
          try warning(epochs: 3)
            == "dp-train: the images of \(source) changed since the run began: the training goes on "
            + "with other data, and no recipe gives its weights again")
        try folder.write(former, to: "images/b/2.png")
        #expect(try warning(epochs: 4) == "")
      }
    }
  }
}
