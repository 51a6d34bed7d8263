import Formats
import Foundation
import Testing

extension EndToEndTests {
  /// From files of sequences without padding to answers.
  struct SequenceDataTests {
    private func run(_ arguments: [String], in folder: Folder) throws -> Ending {
      let ending = try Program.run(arguments, in: folder)
      try #require(ending.status == 0, "\(ending.text)")
      return ending
    }

    @Test func seriesAreLearnedMeasuredAndPredicted() throws {
      try Folder.temporary { folder in
        try SequenceData.writeSeries(folder)
        let alone = try Program.run(["train", "series.yaml", "data.test=later.ts", "--out", "run"], in: folder)
        #expect(
          alone.status == 66 && alone.errors.contains("\n  set data.test to where it is, or to none; paths start"),
          "\(alone.text)")
        let trained = try run(["train", "series.yaml", "--out", "run"], in: folder)
        #expect(trained.output.contains(/test +accuracy 100.0 %/), "\(trained.text)")
        #expect(
          trained.errors.contains(/train\.ts: \d+ values of \d+ samples are missing and become values between/),
          "\(trained.text)")
        // The means of the training are in the run's folder: its file is not needed, nor labels and tags.
        try FileManager.default.removeItem(atPath: folder["train.ts"])
        let measured = try run(["evaluate", "run", "test.ts"], in: folder)
        #expect(measured.output.contains("100.0 %"), "\(measured.text)")
        try folder.write("@data\n-50,0,50:50,100,150\n9:9:down\n80,40,0,-40,-80:180,140,100,60,20:x\n", to: "new.ts")
        let answers = try run(["predict", "run", "new.ts"], in: folder)
        #expect(answers.lines[1].hasPrefix("new.ts[0]  up "), "\(answers.text)")
        #expect(answers.lines[3].hasPrefix("new.ts[2]  down "), "\(answers.text)")
        // A sample's answer does not depend on the others in its file.
        try folder.write("@data\n-50,0,50:50,100,150\n", to: "one.ts")
        let one = try run(["predict", "run", "one.ts", "--json"], in: folder)
        let all = try run(["predict", "run", "new.ts", "--json"], in: folder)
        #expect(one.lines[0].drop { $0 != "," } == all.lines[0].drop { $0 != "," })
        // Not a file's name.
        let unnamed = try Program.run(["predict", "run", String(repeating: "1,", count: 3000)], in: folder)
        #expect(unnamed.status == 66 && unnamed.errors.count < 200, "\(unnamed.text)")
        try folder.write("@data\n1,2:3,4\n1,x:2,3\n1,2\n5:6\n", to: "bad.ts")
        let bad = try Program.run(["predict", "run", "bad.ts"], in: folder)
        #expect(bad.status == 65 && bad.lines.count == 4, "\(bad.text)")
        #expect(bad.errors.contains("bad.ts:3: channel 0, step 1: \"x\" is not a number\n"), "\(bad.text)")
        #expect(
          bad.errors.contains("bad.ts:4: the sample has 1 channel, but those of the training have 2\n"), "\(bad.text)")
        try folder.write("@dimensions 2\n@classLabel true up flat\n@data\n1,2:3,4:flat\n", to: "other.ts")
        let other = try Program.run(["evaluate", "run", "other.ts"], in: folder)
        #expect(
          other.status == 65 && other.errors.hasPrefix("other.ts:4: \"flat\" is not a class of the training samples\n"),
          "\(other.text)")
      }
    }

    @Test func rowsOfSequencesAreLearnedMeasuredAndPredicted() throws {
      try Folder.temporary { folder in
        try SequenceData.writeSteps(folder)
        _ = try run(["train", "steps.yaml", "--out", "run"], in: folder)
        let measured = try run(["evaluate", "run", "steps.csv"], in: folder)
        #expect(measured.output.contains(#/less +\d+ /#), "\(measured.text)")
        try folder.write("id,t,b,a,note\np,1,0.9,0.1,x\nq,0,0.1,0.9,y\np,0,0.1,0.9,z\nr,0,one,2,-\n", to: "new.csv")
        let answers = try Program.run(["predict", "run", "new.csv"], in: folder)
        #expect(answers.status == 65 && answers.lines.count == 4, "\(answers.text)")
        #expect(
          answers.lines[1].hasPrefix("new.csv[p]  more less") && answers.lines[2].hasPrefix("new.csv[q]  more"),
          "\(answers.text)")
        #expect(answers.errors.contains("new.csv:5: column b: \"one\" is not a number\n"), "\(answers.text)")
      }
    }

    @Test func archivesWithoutPaddingGiveTheSameBits() throws {
      try Folder.temporary { folder in
        try SequenceData.writeArchives(folder)
        let digests = try ["padded", "lengths", "offsets"].map { name in
          let trained = try run(["train", "archive.yaml", "data.train=\(name).npz", "--out", name], in: folder)
          return try #require(trained.lines.first { $0.hasPrefix("SHA-256") })
        }
        #expect(Set(digests).count == 1, "\(digests)")
        let outputs = try ["padded", "lengths", "offsets"].map { name in
          try run(["predict", "padded", "\(name).npz", "--json"], in: folder).output.replacing("\(name).npz", with: "")
        }
        #expect(Set(outputs).count == 1)
        let measured = try ["padded", "lengths", "offsets"].map { name in
          try run(["evaluate", "padded", "\(name).npz", "--json"], in: folder).output
            .replacing("\(name).npz", with: "")
        }
        #expect(Set(measured).count == 1)
      }
    }

    /// Series, and a network whose first layer takes no fewer than 3 steps.
    private func writeSeriesForAWindow(_ folder: Folder) throws {
      try SequenceData.writeSeries(folder)
      let recipe = try folder.text("series.yaml").replacing(
        "conv1d: {outputs: 4, kernel: 3, padding: 1}, ", with: "conv1d: {outputs: 4, kernel: 3}, ")
      try folder.write(recipe, to: "series.yaml")
    }

    @Test func samplesThatAreTooShortLeaveTheOthersAnswered() throws {
      try Folder.temporary { folder in
        try writeSeriesForAWindow(folder)
        let trained = try run(["train", "series.yaml", "epochs=1", "--out", "run"], in: folder)
        #expect(
          trained.output.contains(/data +69 samples an epoch, 21 for test, 3 to 12 steps of 2 numbers each\n/),
          "\(trained.text)")
        try folder.write("@data\n1,2:3,4\n1,2,3:4,5,6\n5:6\n1,2,3,4:4,5,6,7\n", to: "new.ts")
        let answers = try Program.run(["predict", "run", "new.ts"], in: folder)
        #expect(answers.status == 65 && answers.lines.count == 4, "\(answers.text)")
        #expect(
          answers.lines[1].hasPrefix("new.ts[1]  ") && answers.lines[2].hasPrefix("new.ts[3]  "), "\(answers.text)")
        #expect(answers.errors.contains("new.ts:2 has 2 steps, too few for layer 0 (conv1d)\n"), "\(answers.text)")
        #expect(answers.errors.contains("new.ts:4 has 1 step, too few for layer 0 (conv1d)\n"), "\(answers.text)")
        // Alone in its file, a sample is not too short for the file's longest but for the model.
        try folder.write("@data\n1,2:3,4\n", to: "short.ts")
        let none = try Program.run(["predict", "run", "short.ts", "new.ts", "--json"], in: folder)
        #expect(none.status == 65 && none.lines.count == 3, "\(none.text)")
        #expect(none.errors.hasPrefix("short.ts:2 has 2 steps, too few for layer 0 (conv1d)\n"), "\(none.text)")
      }
    }

    /// A file whose longest sample is too short is at fault, not the recipe.
    @Test func filesOfSamplesThatAreAllTooShortAreNamed() throws {
      try Folder.temporary { folder in
        try writeSeriesForAWindow(folder)
        _ = try run(["train", "series.yaml", "steps=1", "--out", "run"], in: folder)
        let tags = "@dimensions 2\n@classLabel true up down\n@data\n"
        try folder.write(tags + "1,2:3,4:up\n1:2:down\n", to: "short.ts")
        try folder.write(tags + "1,2:3,4:up\n1,2:3,4:down\n", to: "equal.ts")
        for name in ["short.ts", "equal.ts"] {
          for command in [
            ["evaluate", "run", name], ["train", "series.yaml", "data.test=\(name)", "--out", "other"],
            ["train", "series.yaml", "data.validation=\(name)", "--out", "other"],
          ] {
            let ending = try Program.run(command, in: folder)
            #expect(ending.status == 65, "\(ending.text)")
            #expect(
              ending.errors == """
                \(name):4 has 2 steps, too few for layer 0 (conv1d)
                  leave out samples of fewer than 3 steps, or give the layer a smaller kernel, or padding

                """)
          }
        }
        // If the training's own samples are all too short, the recipe does not fit its data.
        let wrong = try Program.run(["train", "series.yaml", "data.train=short.ts", "--out", "other"], in: folder)
        #expect(wrong.status == 78 && wrong.errors.contains("does not fit its input"), "\(wrong.text)")
      }
    }

    @Test func paddingAtTheOtherEndIsReportedByPredict() throws {
      try Folder.temporary { folder in
        try SequenceData.writeArchives(folder)
        _ = try run(["train", "archive.yaml", "epochs=1", "--out", "run"], in: folder)
        let x = NPYArray(shape: [2, 3, 2], floats: [0, 0, 0, 0, 1, 2, 1, 2, 3, 4, 5, 6])
        try NPZArchive.write([("x", x), ("lengths", NPYArray(shape: [2], int32s: [1, 3]))], to: folder["new.npz"])
        let answers = try run(["predict", "run", "new.npz"], in: folder)
        #expect(
          answers.errors.contains("dp-train: new.npz: the first steps of shorter samples are all 0"), "\(answers.text)")
        #expect(
          try run(["predict", "run", "padded.npz"], in: folder).errors.contains("padded.npz: the array y") == false)
      }
    }

    /// A class for each step, in a file whose samples have one step each.
    @Test func singleStepsAreMeasuredAsTheOthers() throws {
      try Folder.temporary { folder in
        func write(_ name: String, lengths: [Int32]) throws {
          let x = (0..<40).map { Float($0 * 7 % 11) }
          try NPZArchive.write(
            [
              ("x", NPYArray(shape: [10, 4, 1], floats: x)),
              ("y", NPYArray(shape: [10, 4], int32s: x.map { $0 > 5 ? 1 : 0 })),
              ("lengths", NPYArray(shape: [10], int32s: lengths)),
            ], to: folder[name])
        }
        try write("train.npz", lengths: (0..<10).map { $0 % 4 + 1 })
        try write("ones.npz", lengths: Array(repeating: 1, count: 10))
        try NPZArchive.write(
          [
            ("x", NPYArray(shape: [3], floats: [1, 9, 2])), ("y", NPYArray(shape: [3], int32s: [0, 1, 0])),
            ("lengths", NPYArray(shape: [3], int32s: [1, 1, 1])),
          ], to: folder["joined.npz"])
        try folder.write(
          """
          epochs: 1
          data: {source: numpy, train: train.npz, validation: joined.npz, test: ones.npz}
          model: {layers: [rnn: {hiddenSize: 3, output: all}, linear: {outputs: 2}]}

          """, to: "steps.yaml")
        let trained = try run(["train", "steps.yaml", "--out", "run"], in: folder)
        #expect(trained.output.contains(/test +accuracy/), "\(trained.text)")
        for name in ["ones", "joined"] { _ = try run(["evaluate", "run", "\(name).npz"], in: folder) }
      }
    }
  }
}
