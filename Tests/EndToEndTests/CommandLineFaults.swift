import Foundation

extension Fault {
  /// Faults of the command line or the environment.
  static let commandLine = [
    Fault(
      testDescription: "an unknown recipe", arguments: ["train", "temporal-orde"], status: 64,
      message: "there is no built-in recipe \"temporal-orde\""),
    Fault(
      testDescription: "an unknown subcommand", arguments: ["trane"], status: 64,
      message: "there is no built-in recipe \"trane\""),
    Fault(
      testDescription: "an unknown option", arguments: ["train", "--ouput", "run"], status: 64,
      message: "Error: Unknown option '--ouput'. Did you mean '--out'?"),
    Fault(
      testDescription: "letters of a subcommand exchanged", arguments: ["trian"], status: 64,
      message: "there is no subcommand and no built-in recipe \"trian\""),
    Fault(
      testDescription: "a key given as an option", arguments: ["train", "--lr=0.1"], status: 64,
      message: "Unknown option '--lr'"),
    Fault(
      testDescription: "an option of another scheduler", arguments: ["launch", "hosts", "--account", "us"], status: 64,
      message: "Error: --account goes with slurm, pbs and torque"),
    Fault(
      testDescription: "a pipe in place of a recipe", arguments: ["train", "./pipe.yaml"], status: 66,
      message: "./pipe.yaml: this is not a regular file", prepare: { mkfifo($0["pipe.yaml"], 0o600) }),
    Fault(
      testDescription: "an unknown option of the program", arguments: ["--nonsense"], status: 64,
      message: "Error: Unknown option '--nonsense'"),
    Fault(
      testDescription: "a missing argument", arguments: ["predict"], status: 64,
      message: "Error: Missing expected argument '<run>'"),
    Fault(
      testDescription: "a second recipe where KEY=VALUE belongs", arguments: ["train", "temporal-order", "batch"],
      status: 64, message: "command line: \"batch\" is not KEY=VALUE"),
    Fault(
      testDescription: "no steps to time", arguments: ["benchmark", "--steps", "0"], status: 64,
      message: "Error: --steps must be from 1 to 10000000"),
    Fault(
      testDescription: "steps and seconds to time", arguments: ["benchmark", "--steps", "5", "--seconds", "1"],
      status: 64,
      message: "Error: give --steps or --seconds, not both"),
    Fault(
      testDescription: "sums and samples to time", arguments: ["benchmark", "--allreduce", "--loading"], status: 64,
      message: "Error: give --allreduce or --loading, not both"),
    Fault(
      testDescription: "steps of loading", arguments: ["benchmark", "--loading", "--steps", "5"], status: 64,
      message: "Error: --loading takes --seconds, not --steps"),
    Fault(
      testDescription: "one run to compare", arguments: ["compare", "runs/a"], status: 64,
      message: "Error: name two runs or more, such as runs/first runs/second"),
    Fault(
      testDescription: "runs to compare that are not there", arguments: ["compare", "nowhere", "."], status: 66,
      message: "nowhere holds no run: there is no nowhere/recipe.yaml"),
    Fault(
      testDescription: "rates that do not grow", arguments: ["find-rate", "--from", "1", "--to", "0.1"], status: 64,
      message: "Error: --to must be above --from, 1.0"),
    Fault(
      testDescription: "rates without an end", arguments: ["find-rate", "--to", "inf"], status: 64,
      message: "Error: --to must be a finite rate, such as 10, not inf"),
    Fault(
      testDescription: "no rate to begin with", arguments: ["find-rate", "--from", "0"], status: 64,
      message: "Error: --from must be above 0, such as 1e-7"),
    Fault(
      testDescription: "too few rates", arguments: ["find-rate", "--steps", "3"], status: 64,
      message: "Error: --steps must be from 20 to 10000"),
    Fault(
      testDescription: "a plan for no machines", arguments: ["plan", "--nodes", "1,0"], status: 64,
      message:
        "Error: The value '1,0' is invalid for '--nodes <nodes>': \"1,0\" are no numbers of machines or ranks, such as 1,2,4"
    ),
    Fault(
      testDescription: "a plan for more ranks than shards",
      arguments: ["plan", "--nodes", "16,9", "--ranks-per-node", "1"],
      status: 64, message: "9 ranks are more than the recipe has shards, 8: some would have nothing to do"),
    Fault(
      testDescription: "a plan for no network", arguments: ["plan", "--bandwidth", "0"], status: 64,
      message: "Error: --bandwidth must be above 0"),
    Fault(
      testDescription: "an unknown instruction set", arguments: ["train", "--out", "run"],
      environment: ["DPTRAIN_INSTRUCTION_SET": "sse9"], status: 64,
      message: "DPTRAIN_INSTRUCTION_SET=sse9 is not an instruction set"),
    Fault(
      testDescription: "a run that is not there", arguments: ["evaluate", "nowhere"], status: 66,
      message: "nowhere holds no run: there is no nowhere/recipe.yaml"),
  ]

  /// Faults of subcommands that rank 0 runs alone.
  static let alone = [
    Fault(
      testDescription: "a recipe that is no file", arguments: ["recipes", "./nosuch.yaml"], status: 66,
      message: "./nosuch.yaml: there is no such recipe file"),
    Fault(
      testDescription: "a model that is no ONNX file", arguments: ["import", "notes.onnx"], status: 65,
      message: "notes.onnx is not an ONNX file, or is damaged", prepare: { try $0.write("notes", to: "notes.onnx") }),
    Fault(
      testDescription: "a model in place of a recipe", arguments: ["import", "notes.onnx"], status: 73,
      message: "notes.yaml is there already", prepare: { try $0.write("model: {}", to: "notes.yaml") }),
    Fault(
      testDescription: "a model that is not there", arguments: ["import", "nowhere.onnx"], status: 66,
      message: "'nowhere.onnx' cannot be opened: No such file or directory."),
    Fault(
      testDescription: "no samples to read", arguments: ["data", "echo", "--samples", "0"], status: 64,
      message: "Error: --samples must be at least 1"),
    Fault(
      testDescription: "data of a recipe that is not there", arguments: ["data", "./nosuch.yaml"], status: 66,
      message: "./nosuch.yaml: there is no such recipe file"),
    Fault(
      testDescription: "a page of data in place of a run's metrics",
      arguments: ["data", "echo", "--out", "run/metrics.jsonl"],
      status: 73, message: "run/metrics.jsonl would take the place of a file of a run",
      prepare: { folder in
        try Folder(path: folder["run"]).create()
        try folder.write("epochs: 1\n", to: "run/recipe.yaml")
      }),
    Fault(
      testDescription: "an option in place of a machine", arguments: ["launcher", "--hosts", "hosts"], status: 65,
      message: "hosts, line 2: \"-oProxyCommand=touch\" is no name of a machine",
      prepare: { try $0.write("node1:2\n-oProxyCommand=touch:1\n", to: "hosts") }),
    Fault(
      testDescription: "a page in place of a run's metrics",
      arguments: ["report", "run", "--out", "run/metrics.jsonl"],
      status: 73, message: "run/metrics.jsonl would take the place of a file of a run",
      prepare: { folder in
        try Folder(path: folder["run"]).create()
        try folder.write("epochs: 1\n", to: "run/recipe.yaml")
      }),
  ]
}
