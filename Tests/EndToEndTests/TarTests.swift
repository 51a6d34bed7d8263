import Testing

extension EndToEndTests {
  /// From tar files to answers.
  struct TarTests {
    @Test func samplesInTarFilesAreLearnedMeasuredAndPredicted() throws {
      try Folder.temporary { folder in
        try folder.writeTarRecipe()
        let trained = try Program.run(["train", "tar.yaml", "--out", "run"], in: folder)
        try #require(trained.status == 0, "\(trained.text)")
        #expect(trained.output.contains(/data +48 samples an epoch, 12 for validation, 12 for test/), "\(trained.text)")
        #expect(try folder.contents().filter { $0.hasSuffix(".dp-train-index") }.count == 6)
        let measured = try Program.run(["evaluate", "run", "train-{0..4}.tar", "--show", "1"], in: folder)
        #expect(measured.status == 0 && measured.output.contains(".tar: "), "\(measured.text)")
        let answers = try Program.run(["predict", "run", "images/train/class0/0-colour.jpg"], in: folder)
        #expect(answers.status == 0, "\(answers.text)")
        // The indexes are read again, and damaged ones made anew: the weights stay.
        try folder.write("damaged", to: "train-1.tar.dp-train-index")
        let again = try Program.run(["train", "tar.yaml", "--out", "again"], in: folder)
        #expect(
          try folder.bytes("run/weights.safetensors") == folder.bytes("again/weights.safetensors"), "\(again.text)")
      }
    }
  }
}
