import Foundation
import Testing

extension EndToEndTests {
  /// A program installed by `launch/install` works in place and after a move.
  @Suite(.enabled(if: ProcessInfo.processInfo.environment["DPTRAIN_LONG_TESTS"] == "1", "takes minutes"))
  struct InstallTests {
    private func install(_ arguments: [String], _ folder: Folder, _ environment: [String: String] = [:]) throws
      -> Ending
    {
      try Program.start(repository + "/launch/install", arguments, in: folder, environment: environment, limit: 1800)
    }

    @Test func anInstalledProgramWorksAfterAMove() throws {
      try Folder.temporary { folder in
        let installed = try install(["/opt/place"], folder, ["DESTDIR": folder["stage"]])
        #expect(installed.status == 0, "\(installed.text)")
        try FileManager.default.moveItem(atPath: folder["stage/opt/place"], toPath: folder["moved"])
        let place = Folder(path: folder["moved"])
        let version = try #require(
          try Program.run(["--version"], in: folder).lines.first?.split(separator: " ").last)
        let files = try place.contents().filter { path in
          var isFolder: ObjCBool = false
          return FileManager.default.fileExists(atPath: place[path], isDirectory: &isFolder) && !isFolder.boolValue
        }
        let carried = files.filter { $0.hasPrefix("lib/dp-train/") }
        #expect(carried.contains { $0.contains("libzip.so") } && !carried.contains { $0.contains("libmpi") })
        #expect(
          files.filter { !carried.contains($0) } == [
            "bin/dp-train", "share/bash-completion/completions/dp-train", "share/doc/dp-train/LICENSE",
            "share/fish/vendor_completions.d/dp-train.fish", "share/man/man1/dp-train.1",
            "share/modulefiles/dp-train/\(version)", "share/zsh/site-functions/_dp-train",
          ])
        let trained = try Program.start(
          "/usr/bin/env", ["-i", place["bin/dp-train"], "train", "steps=20", "--out", folder["run"]], in: folder)
        #expect(trained.status == 0, "\(trained.text)")
        let libraries = try Program.start("/usr/bin/ldd", [place["bin/dp-train"]], in: folder)
        #expect(libraries.status == 0 && libraries.output.contains("libc.so"))
        #expect(!libraries.output.contains("swift") && !libraries.output.contains("Foundation"), "\(libraries.output)")
        #expect(!libraries.output.contains("not found"))
        for path in carried {
          let name = (path as NSString).lastPathComponent
          #expect(
            libraries.output.contains("\(name) => \(place["bin"])/../lib/dp-train/\(name)"), "\(libraries.output)")
        }
        #expect(
          installed.errors.contains("with glibc 2.") && installed.errors.contains("libcrypto"), "\(installed.errors)")
        try checkModule(place, folder)
      }
    }

    /// If Environment Modules are installed, the module file adds and removes the program.
    private func checkModule(_ place: Folder, _ folder: Folder) throws {
      let modules = "/usr/share/modules/init/bash"
      guard FileManager.default.fileExists(atPath: modules) else { return }
      try folder.write(
        """
        source \(modules)
        module use \(place["share/modulefiles"])
        module load dp-train
        command -v dp-train
        man -w dp-train || true
        module unload dp-train
        command -v dp-train || echo unloaded

        """, to: "load")
      let loaded = try Program.start("/bin/bash", ["load"], in: folder)
      #expect(loaded.lines.first.map(String.init) == place["bin/dp-train"], "\(loaded.text)")
      #expect(loaded.lines.dropLast().last == "unloaded", "\(loaded.text)")
    }

    @Test func withoutAPrefixItPrintsItsUsage() throws {
      try Folder.temporary { folder in
        for arguments in [[], ["--prefix"], ["a", "b"], [""]] {
          let ending = try install(arguments, folder)
          #expect(ending.status == 64 && ending.errors.hasPrefix("usage: launch/install PREFIX"))
        }
        try folder.write("", to: "file")
        let refused = try install([folder["file"]], folder)
        #expect(refused.status == 73 && refused.errors.contains("cannot write to \(folder["file"])"))
      }
    }
  }
}
