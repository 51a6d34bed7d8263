import Foundation
import TestSupport
import Testing

extension EndToEndTests {
  /// `dp-train export`, from a run to the answers of other programs.
  struct ExportTests {
    @Test func exportedFilesContainTheRecipeAndTheClasses() throws {
      try Folder.temporary { folder in
        try SmallData.writeNames(folder)
        let trained = try Program.run(["train", "names", "steps=3", "--out", "run"], in: folder)
        try #require(trained.status == 0, "\(trained.text)")
        for (format, files) in [
          ("safetensors", "run/names.safetensors\n"), ("npz", "run/names.npz\n"), ("onnx", "run/names.onnx\n"),
          ("pytorch", "run/names.py\nrun/names.safetensors\n"),
        ] {
          let exported = try Program.run(["export", "run", "--format", format], in: folder)
          #expect(exported.status == 0 && exported.output == files, "\(exported.text)")
        }
        let module = try folder.text("run/names.py")
        #expect(
          module.contains(#"CLASSES = ["German", "Italian", "Xhosa"]"#) && module.contains("class Names(Sequential):"))
        #expect(module.contains(#"GRU(14, 64, bidirectional=True, output="last")"#), "\(module)")
        let none = try Program.run(["export", "run", "--best", "--format", "npz"], in: folder)
        #expect(none.status == 66 && none.errors.contains("data.validationShare"), "\(none.text)")
        #expect(
          trained.output.contains("best     not kept: there are no validation samples; data.validationShare=0.1"))
        let watched = try Program.run(
          ["train", "names", "epochs=1", "data.validationShare=0.2", "--out", "watched"], in: folder)
        #expect(watched.status == 0 && !watched.output.contains("not kept"), "\(watched.text)")
        let best = try Program.run(
          ["export", "watched", "--best", "--format", "npz", "--out", "elsewhere.npz"], in: folder)
        #expect(best.status == 0 && best.output == "elsewhere.npz\n", "\(best.text)")
        let elsewhere = try Program.run(["export", "run", "--format", "onnx", "--out", "new/where.onnx"], in: folder)
        #expect(elsewhere.status == 0 && elsewhere.output == "new/where.onnx\n", "\(elsewhere.text)")
        let nowhere = try Program.run(
          ["export", "run", "--format", "onnx", "--out", "elsewhere.npz/where.onnx"], in: folder)
        #expect(
          nowhere.status == 73 && nowhere.errors.hasPrefix("cannot make the folder elsewhere.npz: "), "\(nowhere.text)")
        let unknown = try Program.run(["export", "run", "--format", "h5"], in: folder)
        #expect(unknown.status == 64, "\(unknown.text)")

        // Training starts from the exported weights, so the test accuracy is the same.
        let again = try Program.run(
          ["train", "names", "steps=0", "model.weights=run/names.npz", "--out", "again"], in: folder)
        #expect(again.status == 0, "\(again.text)")
        #expect(
          again.lines.first { $0.hasPrefix("SHA-256") } == trained.lines.first { $0.hasPrefix("SHA-256") },
          "\(again.text)")
      }
    }

    @Test(.enabled(if: PythonEnvironment.isAvailable, PythonEnvironment.reason))
    func onnxruntimeGivesThePredictedProbabilities() throws {
      try Folder.temporary { folder in
        let trained = try Program.run(["train", "temporal-order", "epochs=3", "--out", "run"], in: folder)
        try #require(trained.status == 0, "\(trained.text)")
        let exported = try Program.run(["export", "run", "--format", "onnx"], in: folder)
        try #require(exported.status == 0, "\(exported.text)")
        let predicted = try Program.run(["predict", "run", "--json", "BcXdaYbE"], in: folder)
        try #require(predicted.status == 0, "\(predicted.text)")
        try folder.write(predicted.output, to: "predicted.json")
        try folder.write(
          """
          import json, sys
          import numpy as np, onnxruntime
          folder = sys.argv[1]
          session = onnxruntime.InferenceSession(f"{folder}/run/temporal-order.onnx", providers=["CPUExecutionProvider"])
          facts = session.get_modelmeta().custom_metadata_map
          predicted = json.load(open(f"{folder}/predicted.json"))
          x = np.zeros((1, 8, 8), np.float32)
          for step, letter in enumerate("BcXdaYbE"):
              x[0, step, "XYabcdBE".index(letter)] = 1
          (logits,) = session.run(None, {"input": x})
          shares = np.exp(logits[0]) / np.exp(logits[0]).sum()
          for name, share in zip(json.loads(facts["classes"]), shares):
              assert abs(predicted["probabilities"][name] - share) < 1e-5, (predicted, shares)
          """, to: "compare.py")
        let compared = try PythonEnvironment.run(folder["compare.py"], [folder.path])
        #expect(compared.status == 0, "\(compared.errors)")
      }
    }
  }
}
