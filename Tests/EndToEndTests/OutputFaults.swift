extension Fault {
  /// Faults of the place where a run is written.
  static let outputs = [
    Fault(
      testDescription: "a folder below a file", arguments: ["train", "steps=1", "--out", "file/run"], status: 73,
      message: "cannot make the run folder file/run: Not a directory", witness: .writer,
      prepare: { try $0.write("", to: "file") }),
    Fault(
      testDescription: "a file where the folder belongs", arguments: ["train", "steps=1", "--out", "file"], status: 73,
      message: "cannot make the run folder file: File exists", witness: .writer,
      prepare: { try $0.write("", to: "file") }),
    Fault(
      testDescription: "a file system that takes no folders", arguments: ["train", "steps=1", "--out", "/proc/run"],
      status: 73, message: "cannot make the run folder /proc/run: No such file or directory", witness: .writer),
    Fault(
      testDescription: "the folder of another run", arguments: ["train", "steps=1", "--out", "run"], status: 73,
      message: "run holds a run already", witness: .writer,
      prepare: { folder in
        try Folder(path: folder["run"]).create()
        try folder.write("epochs: 1\n", to: "run/recipe.yaml")
      }),
  ]
}
