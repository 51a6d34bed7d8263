import Formats
import Testing

extension EndToEndTests {
  /// The echo tasks from training to use.
  struct EchoTests {
    @Test func lettersComeOutAfterTheDelay() throws {
      try Folder.temporary { folder in
        let training = try Program.run(["train", "echo", "epochs=80", "--out", "run"], in: folder)
        try #require(training.status == 0, "\(training.text)")
        let accuracy = try #require(try Metrics(run: "run", in: folder).evaluations.last?.accuracy)
        #expect(accuracy > 0.99)

        let evaluation = try Program.run(["evaluate", "run", "--json"], in: folder)
        #expect(evaluation.output.contains("\"accuracy\":\(accuracy)"), "\(evaluation.text)")
        let counts = evaluation.output.firstMatch(of: /"samples":(\d+),"split":"test","steps":(\d+)/)
        let (samples, steps) = (counts.flatMap { Int($0.1) } ?? 0, counts.flatMap { Int($0.2) } ?? 0)
        #expect(samples > 0 && steps > samples, "\(evaluation.text)")
        #expect(try Program.run(["evaluate", "run"], in: folder).output.contains(/\nclass +steps +right/))
        let shown = try Program.run(["evaluate", "run", "--show", "1"], in: folder)
        // Four steps without a class, then the letters.
        #expect(shown.output.contains(/\n([a-z]+)[a-z]{4} +····\1 +    \1\n/), "\(shown.text)")

        let prediction = try Program.run(["predict", "run", "hello    ", "wonderful world"], in: folder)
        #expect(
          prediction.output == """
            input            predicted
            hello                hello
            wonderful world      wonderful w

            """, "\(prediction.text)")
        let wrong = try Program.run(["predict", "run", "he1lo"], in: folder)
        #expect(wrong.status == 65 && wrong.errors.hasPrefix("input \"he1lo\": \"1\" at place 3 is not a letter\n"))
      }
    }

    @Test func aVaryingDelayPrecedesTheLetters() throws {
      try Folder.temporary { folder in
        let training = try Program.run(["train", "echo-variable", "steps=2", "--out", "run"], in: folder)
        try #require(training.status == 0, "\(training.text)")
        let prediction = try Program.run(["predict", "run", "--json", "3:hello", "0:a"], in: folder)
        #expect(prediction.status == 0 && prediction.lines.count == 3, "\(prediction.text)")
        let wrong = try Program.run(["predict", "run", "hello"], in: folder)
        #expect(wrong.status == 65 && wrong.errors.hasPrefix("input \"hello\" has no delay\n"), "\(wrong.text)")
      }
    }

    @Test func bitsAreEchoedAcrossChunks() throws {
      try Folder.temporary { folder in
        let training = try Program.run(
          ["train", "echo-binary", "epochs=4", "model.cell=lstm", "--out", "run"], in: folder)
        try #require(training.status == 0, "\(training.text)")
        let bits = "01101000111010110010111"
        let prediction = try Program.run(["predict", "run", bits], in: folder)
        #expect(prediction.output.hasSuffix(bits.dropLast(3) + "\n"), "\(prediction.text)")
        // Wrong samples would be chunks that did not continue the one before.
        let shown = try Program.run(["evaluate", "run", "--show-wrong"], in: folder)
        #expect(shown.output.hasSuffix("\nwrong: none\n"), "\(shown.text)")

        let again = try Program.run(["train", "run/recipe.yaml", "--out", "again"], in: folder)
        #expect(again.status == 0)
        let digests = try ["run", "again"].map { try sha256(ofFile: folder["\($0)/weights.safetensors"]) }
        #expect(digests[0] == digests[1])
      }
    }
  }
}
