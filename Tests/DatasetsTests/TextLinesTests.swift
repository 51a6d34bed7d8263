import Datasets
import Diagnostics
import Tensors
import Testing

@Suite struct TextLinesTests {
  private func corpus(_ files: [String: [UInt8]], keepsDuplicates: Bool = false) throws -> TextCorpus {
    try withFolder { folder in
      for (name, bytes) in files { try write(bytes, to: "\(folder)/\(name)") }
      return try TextCorpus(folder: folder, keepsDuplicates: keepsDuplicates)
    }
  }

  private func corpus(_ files: [String: String], keepsDuplicates: Bool = false) throws -> TextCorpus {
    try corpus(files.mapValues { Array($0.utf8) }, keepsDuplicates: keepsDuplicates)
  }

  @Test func linesAreNormalizedAndRepetitionsCountOnce() throws {
    let files = ["b.txt": "\u{FEFF}Ann\r\n\r\n Mu\u{308}ller \nAnn\nM\u{FC}ller", "a.txt": "Ann\n", "notes.md": "x"]
    let once = try corpus(files)
    #expect(once.classNames == ["a", "b"])
    #expect(
      once.lines.map { Array($0.unicodeScalars) } == ["Ann", "Ann", "M\u{FC}ller"].map { Array($0.unicodeScalars) })
    #expect(once.classes == [0, 1, 1])
    #expect(try corpus(files, keepsDuplicates: true).classes == [0, 1, 1, 1, 1])
  }

  @Test func lettersBecomeOneHotRows() throws {
    let text = try corpus(["a.txt": "ba\n", "b.txt": "c\nabc\n"])
    let data = TextLines(text, code: LetterCode(of: text.lines, encoding: .oneHot))
    #expect(data.facts == DataFacts(inputShape: [3, 3], classNames: ["a", "b"], alphabet: "abc", hasLengths: true))
    #expect(data.text(of: 2) == "abc" && data.hasLengths)
    #expect(data.place(of: 2) == "\(text.folder): the line \"abc\" of b")
    let loaded = try load(data, [0, 1])
    #expect(loaded.lengths == [2, 1] && loaded.classes == [0, 1])
    // Sample after sample, each with its own steps.
    #expect(loaded.inputs == [0, 1, 0, 1, 0, 0, 0, 0, 1])
  }

  @Test func indicesStartAtOneAndUnknownLettersAreZero() throws {
    let text = try corpus(["a.txt": "ba\n", "b.txt": "xay\n"])
    let data = TextLines(text, code: LetterCode(of: ["ab"], encoding: .index))
    #expect(data.inputShape == .sequence(steps: 3, features: 1))
    let loaded = try load(data, [0, 1])
    #expect(loaded.inputs == [2, 1, 0, 1, 0])
    #expect(loaded.lengths[1] == 3)
  }

  @Test func aReaderAcceptsNewLettersAndLongerTexts() throws {
    let reader = try TextLinesReader(
      facts: DataFacts(inputShape: [3, 2], classNames: ["a", "b"], alphabet: "ab"), encoding: .oneHot)
    let data = try reader.samples(" baßba ")
    #expect(data.inputShape == .sequence(steps: 5, features: 2))
    let loaded = try load(data, [0])
    #expect(loaded.inputs == [0, 1, 1, 0, 0, 0, 0, 1, 1, 0] && loaded.lengths[0] == 5)
    #expect(try reader.samples("a").inputShape == .sequence(steps: 3, features: 2))
    #expect(try failure { try reader.samples("  ") } == "the text \"\" has 0 letters")
    #expect(try failure { try reader.samples(String(repeating: "a", count: 10_001)) }.hasSuffix("has 10001 letters"))
    #expect(
      try failure { try TextLinesReader(facts: DataFacts(inputShape: [1], classNames: []), encoding: .oneHot) }
        == "the run's data.json holds no alphabet")
  }

  @Test func aFileOfTextsIsReadLineByLine() throws {
    let reader = try TextLinesReader(
      facts: DataFacts(inputShape: [3, 2], classNames: ["a", "b"], alphabet: "ab"), encoding: .oneHot)
    try withFolder { folder in
      let path = "\(folder)/new.txt"
      try write(Array("ab\r\n\nb".utf8) + [0xE9] + Array("\n  \nbba".utf8), to: path)
      var (names, failures): ([String], [String]) = ([], [])
      try reader.read(file: path, report: { failures.append($0.message) }) { data, name in
        names.append(name(0))
        #expect(data.count == 1)
      }
      #expect(names == ["ab", "bba"])
      #expect(failures == ["\(path):3: the line is not UTF-8 text", "\(path):4: the text \"\" has 0 letters"])
      try write([0x89, 0x50, 0x4E, 0x47, 0], to: path)
      let refused = try failure { try reader.read(file: path, report: { _ in }) { _, _ in } }
      #expect(refused == "\(path) is a file, but holds no text")
    }
    #expect(reader.notice("abba") == nil)
    #expect(reader.notice("Zäb") == "\"Zäb\": training had no \"Z\", \"ä\", which count as unknown")
  }

  @Test func otherFilesAreSkippedAndNamed() throws {
    let found = try corpus(["b.TXT": "x\n", "a.txt": "y\rz\n", "README.txt": "Hello\n", "notes.md": "x"])
    #expect(found.classNames == ["a", "b"] && found.lines == ["y", "z", "x"])
    #expect(found.passedOver == PassedOver(files: ["README.txt", "notes.md"]))
    #expect(try failure { try corpus(["a.txt": "x\n", "a.TXT": "y\n"]) } == "FOLDER: two files are of the class a")
    try withFolder { folder in
      try write("x\n", to: "\(folder)/b.txt")
      let some = try TextCorpus(folder: folder, keepsDuplicates: false, classNames: ["a", "b"])
      #expect(some.classNames == ["a", "b"] && some.classes == [1])
      #expect(
        try failure { try TextCorpus(folder: folder, keepsDuplicates: false, classNames: ["a", "c"]) }
          == "\(folder)/b.txt: b is not a class of the training samples")
    }
  }

  @Test func errorsNameFileAndLine() throws {
    #expect(
      try failure { try corpus(["a.txt": Array("x\n".utf8), "b.txt": [0x61, 0x0A, 0x0A, 0xC3, 0x28, 0x0A]]) }
        == "b.txt:3: the line is not UTF-8 text")
    #expect(try failure { try corpus(["a.txt": "x\n", "b.txt": " \n\n"]) } == "b.txt: there is no text")
    #expect(try failure { try corpus(["a.txt": "x\n", "b.txt": ""]) } == "b.txt: there is no text")
    #expect(try failure { try corpus(["a.txt": "x\n"]) } == "FOLDER: a.txt is the only class")
    #expect(try failure { try corpus(["a": "x\n"]) } == "FOLDER: there are no files that end in .txt")
    #expect(
      try failure { try corpus(["a.txt": "x\n" + String(repeating: "y", count: 10_001), "b.txt": "z"]) }
        == "a.txt:2: the line has 10001 letters")
    #expect(
      try failure(.noInput) { try TextCorpus(folder: "/nowhere", keepsDuplicates: false) }
        == "/nowhere: the folder cannot be read")
  }
}
