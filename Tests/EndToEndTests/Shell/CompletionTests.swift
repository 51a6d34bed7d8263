import Foundation
import Testing

extension EndToEndTests {
  /// Completion of half-written words in shells.
  struct CompletionTests {
    /// The completions of bash for the last of these words, in a prepared folder.
    private func bash(_ words: [String], _ prepare: (Folder) throws -> Void = { _ in }) throws -> [String] {
      try Folder.temporary { folder in
        try prepare(folder)
        let script = try Program.run(["--generate-completion-script", "bash"], in: folder)
        #expect(script.status == 0, "\(script.text)")
        try folder.write(script.output, to: "script.bash")
        let line = (["dp-train"] + words).joined(separator: " ")
        try folder.write(
          """
          export PATH=\(URL(filePath: Program.path).deletingLastPathComponent().path):$PATH
          source ./script.bash
          COMP_WORDS=(\(line)\(words.last == "" ? " ''" : "")) COMP_CWORD=\(words.count) COMP_LINE='\(line)'
          COMP_POINT=${#COMP_LINE}
          $(complete -p dp-train | sed 's/.*-F \\([^ ]*\\).*/\\1/') dp-train '\(words.last ?? "")' '\(words.dropLast().last ?? "dp-train")'
          printf '%s\\n' "${COMPREPLY[@]}"

          """, to: "ask.bash")
        let answer = try Program.start("/bin/bash", ["ask.bash"], in: folder)
        #expect(answer.status == 0, "\(answer.text)")
        return answer.lines.map { String($0).trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }.sorted()
      }
    }

    @Test func subcommandsAreOffered() throws {
      #expect(try bash(["ev"]) == ["evaluate"])
    }

    @Test func recipesFilesAndKeysAreOffered() throws {
      let offered = try bash(["train", "m"]) { folder in
        try folder.write("", to: "mine.yaml")
        try folder.write("", to: "mine.txt")
      }
      #expect(offered.contains("mnist") && offered.contains("mine.yaml") && offered.contains("model.weights.file="))
      #expect(offered.allSatisfy { $0.hasPrefix("m") } && !offered.contains("mine.txt"), "\(offered)")
      #expect(try bash(["inspect", "optimizer.n"]).contains("optimizer.name="))
      #expect(try bash(["recipes", "temporal-order-h"]) == ["temporal-order-hard"])
    }

    @Test func foldersOfRunsAreOffered() throws {
      let offered = try bash(["evaluate", "runs/f"]) { folder in
        for (name, isRun) in [("first", true), ("failed", false), ("other", true)] {
          try Folder(path: folder["runs/\(name)"]).create()
          if isRun { try folder.write("", to: "runs/\(name)/recipe.yaml") }
        }
      }
      #expect(offered == ["runs/failed/", "runs/first"])
    }

    @Test(arguments: ["zsh", "fish"])
    func otherShellsAcceptTheirScripts(shell: String) throws {
      try Folder.temporary { folder in
        let script = try Program.run(["--generate-completion-script", shell], in: folder)
        #expect(script.status == 0 && script.output.contains("temporal-order-hard"), "\(script.errors)")
        // Skip shells that are not installed.
        guard
          let path = ["/bin", "/usr/bin"].map({ "\($0)/\(shell)" }).first(where: FileManager.default.isExecutableFile)
        else { return }
        try folder.write(script.output, to: "script")
        let read = try Program.start(path, ["-n", "script"], in: folder)
        #expect(read.status == 0 && read.text == "", "\(read.text)")
      }
    }
  }
}
