import Formats
import Testing

extension EndToEndTests {
  /// The output of other subcommands, and the default run folder.
  struct SubcommandTests {
    @Test(arguments: ["temporal-order", "temporal-order-rnn", "temporal-order-moderate"])
    func aPrintedRecipeTrainsAsTheBuiltInOne(name: String) throws {
      try Folder.temporary { folder in
        let printed = try Program.run(["recipes", name], in: folder)
        try folder.write(printed.output, to: "my.yaml")
        for (recipe, out) in [(name, "built-in"), ("my.yaml", "copy")] {
          let ending = try Program.run(
            ["train", recipe, "steps=3", "data.testSize=32", "--out", out], in: folder)
          #expect(ending.status == 0, "\(ending.text)")
        }
        let digests = try ["built-in", "copy"].map { try sha256(ofFile: folder["\($0)/weights.safetensors"]) }
        #expect(digests[0] == digests[1])
        #expect(try folder.text("built-in/recipe.yaml") == folder.text("copy/recipe.yaml"))
      }
    }

    @Test func everyPrintedRecipeResolvesAsTheBuiltInOne() throws {
      try Folder.temporary { folder in
        let list = try Program.run(["recipes"], in: folder)
        let names = list.lines.compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(names.count > 10)
        for name in names {
          try folder.write(try Program.run(["recipes", name], in: folder).output, to: "my.yaml")
          let own = try Program.run(["recipes", name, "batch=64", "--resolved"], in: folder)
          let copy = try Program.run(["recipes", "my.yaml", "batch=64", "--resolved"], in: folder)
          #expect(own.status == 0 && own.output == copy.output && own.output.contains("\nbatch: 64  # "), "\(own.text)")
        }
      }
    }

    @Test(arguments: [
      ["--resolved"], ["--schema", "echo"], ["--schema", "--reference"], ["echo", "batch=64"],
    ])
    func impossibleOptionsOfRecipesAreRefused(arguments: [String]) throws {
      try Folder.temporary { folder in
        let ending = try Program.run(["recipes"] + arguments, in: folder)
        #expect(ending.status == 64 && ending.output == "", "\(ending.text)")
      }
    }

    @Test func theDefaultRunFolderHasNameAndTime() throws {
      try Folder.temporary { folder in
        for _ in 0..<2 {
          let ending = try Program.run(["steps=1", "data.testSize=32"], in: folder)
          #expect(ending.status == 0, "\(ending.text)")
        }
        let runs = try Folder(path: folder["runs"]).contents().filter { !$0.contains("/") }
        #expect(runs.count == 2)
        #expect(runs.allSatisfy { $0.wholeMatch(of: /temporal-order-\d{8}-\d{6}(-2)?/) != nil }, "\(runs)")
      }
    }

    @Test(
      .enabled(if: Mpirun.isUsable, Mpirun.missing),
      arguments: [
        ["--help"], ["--version"], ["recipes"], ["recipes", "temporal-order"], ["inspect"], ["data", "--json"],
      ])
    func commandsWithoutRanksPrintOnceUnderMpirun(arguments: [String]) throws {
      try Folder.temporary { folder in
        let alone = try Program.run(arguments, in: folder)
        #expect(alone.status == 0 && alone.output != "" && alone.errors == "", "\(alone.text)")
        let together = try Program.run(arguments, ranks: 2, in: folder)
        #expect(together.status == 0 && together.lines == alone.lines, "\(together.text)")
        let notice = "dp-train: \(arguments[0]) needs no ranks: rank 0 alone runs it, of 2 that were started\n"
        #expect(together.errors == (arguments[0].hasPrefix("--") ? "" : notice))
      }
    }

    /// Commands that compute with a run's weights name the precision, and take another one.
    @Test func commandsNameTheirPrecision() throws {
      try Folder.temporary { folder in
        func succeed(_ arguments: [String]) throws -> Ending {
          let ending = try Program.run(arguments, in: folder)
          try #require(ending.status == 0, "\(ending.text)")
          return ending
        }
        _ = try succeed(["train", "echo", "epochs=1", "data.testSize=32", "precision=bfloat16", "--out", "run"])
        let other = "precision=float32"
        #expect(try succeed(["evaluate", "run"]).lines.prefix(2) == ["echo: test samples, bfloat16", ""])
        #expect(try succeed(["evaluate", "run", other]).lines[0] == "echo: test samples, float32")
        #expect(try succeed(["evaluate", "run", "--json"]).output.contains("\"precision\":\"bfloat16\""))

        #expect(try succeed(["predict", "run", "hello    "]).lines[0].hasSuffix("  predicted, bfloat16"))
        let answers = try succeed(["predict", "run", "hello    ", other])
        #expect(answers.lines[0].hasSuffix("  predicted") && answers.lines.count == 3, "\(answers.text)")
        let faulty = try Program.run(["predict", "run", "hello    ", "precision=float16"], in: folder)
        #expect(faulty.status == 78 && faulty.errors.contains("precision"), "\(faulty.text)")
        // A word without a recipe's key, or behind --, is an input; letters alone are this data's.
        for words in [["size=3"], ["--", other]] {
          let refused = try Program.run(["predict", "run"] + words, in: folder)
          #expect(refused.status == 65 && refused.errors.contains("is not a letter"), "\(refused.text)")
        }

        let warning = "the exported network computes in float32, the training did in bfloat16"
        #expect(try succeed(["export", "run", "--format", "onnx"]).errors.contains(warning))
        #expect(try succeed(["export", "run", "--format", "npz"]).errors == "")
        let rates = try succeed(["find-rate", "temporal-order", "precision=bfloat16", "--steps", "20"])
        #expect(rates.lines[0].hasSuffix(" samples, bfloat16"), "\(rates.text)")
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing))
    func aBenchmarkTimesAllRanks() throws {
      try Folder.temporary { folder in
        let ending = try Program.run(["benchmark", "--steps", "18"], ranks: 2, in: folder)
        #expect(ending.status == 0 && ending.output.contains(" 2 ranks, "), "\(ending.text)")
        #expect(try folder.contents() == [])
      }
    }

    @Test(.enabled(if: Mpirun.isUsable, Mpirun.missing), arguments: [nil, 2])
    func aBenchmarkTimesLoading(ranks: Int?) throws {
      try Folder.temporary { folder in
        let ending = try Program.run(
          ["benchmark", "echo", "--loading", "--seconds", "0.2"], ranks: ranks, in: folder)
        let rate = /[\d,]+ samples\/s in the first epoch, [\d,]+ samples\/s in later ones, (\d) ranks?\n/
        let match = try #require(try rate.firstMatch(in: ending.output), "\(ending.text)")
        #expect(ending.status == 0 && Int(match.1) == ranks ?? 1)
        #expect(try folder.contents() == [])
      }
    }
  }
}
