import Datasets
import Diagnostics
import Testing

@Suite struct CSVDatasetTests {
  private let style = CSVStyle()

  private func open(
    _ text: String, _ outputs: NumPyDataset.TargetKind = .classes, header: Bool = true, label: String? = nil,
    targets: [String]? = nil, ignoring: [String] = [], classNames: [String]? = nil
  ) throws -> CSVDataset {
    try withFolder { folder in
      let path = "\(folder)/t.csv"
      try write(text, to: path)
      let style = CSVStyle(hasHeader: header)
      let columns = try CSVColumns(
        of: path, style: style, outputs: outputs, label: label, targets: targets, ignoring: ignoring)
      return try CSVDataset(contentsOf: path, style: style, columns: columns, classNames: classNames)
    }
  }

  private let flowers = "id,a,kind,b\n1,0.5,red,2\n2,-1e1,blue,3\n3,7,red,4\n"

  @Test func labelAndIgnoredColumnsAreNoInputs() throws {
    let data = try open(flowers, label: "kind", ignoring: ["id"])
    #expect(
      data.facts == DataFacts(inputShape: [2], classNames: ["blue", "red"], columns: ["a", "b"], hasLengths: false))
    #expect(data.classes == [1, 0, 1] && data.text(of: 1) == "-10.0, 3.0")
    let loaded = try load(data, [1, 0])
    #expect(loaded.inputs == [-10, 3, 0.5, 2])
    #expect(loaded.classes == [0, 1])
    #expect(try open(flowers, label: "2", ignoring: ["0"]).facts == data.facts)
  }

  @Test func columnsNameTargets() throws {
    let data = try open(flowers, .values, targets: ["b", "1"], ignoring: ["kind"])
    #expect(data.targetNames == ["b", "a"] && data.facts.targetNames == ["b", "a"])
    #expect(Subset(data, indices: [1]).targetNames == ["b", "a"])
    #expect(try open("1,2\n3,4\n", .values, header: false, targets: ["0"]).targetNames.isEmpty)
  }

  @Test func withoutNamesTheLastColumnIsTheTarget() throws {
    let numbers = "1,2,10\n3,4,9\n5,6,10\n"
    let classes = try open(numbers, header: false)
    #expect(
      classes.classNames == ["9", "10"] && classes.classes == [1, 0, 1] && classes.columns.inputs == ["0", "1"])
    let values = try open(numbers, .values, header: false)
    #expect(values.targetLayout == .values(.vector(1)) && values.classNames.isEmpty && values.classes == nil)
    #expect(try load(values, [1, 2]).values == [9, 10])
    #expect(try open(numbers, .values, header: false, targets: ["0", "2"]).columns.inputs == ["1"])
  }

  @Test(arguments: [
    ("a,k\n1,x\n,y\n", "t.csv:3: column a: there is no number"),
    ("a,k\n1,x\n2,\n", "t.csv:3: column k: there is no class"),
    ("a,k\n1,x\nten,y\n", "t.csv:3: column a: \"ten\" is not a number"),
    ("a,k\nnan,x\n", "t.csv:2: column a: \"nan\" is not a finite number"),
    ("a,k\n-inf,x\n", "t.csv:2: column a: \"-inf\" is not a finite number"),
    ("a,k\n1e39,x\n", "t.csv:2: column a: \"1e39\" is not a finite number"),
    ("a,k\n1,x\n2\n", "t.csv:3: the row has 1 field, but the first has 2"),
    ("a,a\n1,x\n", "t.csv:1: two columns are named \"a\""),
    ("a,k\n", "t.csv: there are no rows after the header"),
    ("", "t.csv: there are no rows"),
    ("k\nx\n", "t.csv: no column is left for the inputs"),
    ("a;k\n1;x\n", "t.csv:1: the row has one field between commas, \"a;k\""),
    (
      "5.1,3.5,1.4,setosa\n4.9,3.0,1.4,setosa\n",
      "t.csv:1: the first row is a sample, not a list of names: 5.1, 3.5, 1.4, setosa"
    ),
    ("3,1,0\n2,5,1\n", "t.csv:1: the first row is a sample, not a list of names: 3, 1, 0"),
    ("a|k\n1|x\n", "t.csv:1: the row has one field between commas, \"a|k\""),
    ("a k\n1 x\n", "t.csv:1: the row has one field between commas, \"a k\""),
    ("a,k\n0x10,x\n", "t.csv:2: column a: \"0x10\" is not a number"),
    (",k\n1,x\n,y\n", "t.csv:3: column 0: there is no number"),
  ])
  func errorsNameLineAndColumn(text: String, message: String) throws {
    #expect(try failure { try open(text) } == message)
  }

  @Test(arguments: ["0,1,k", "2010,2011,2012", "a,1,2", "0,k"])
  func numbersMayNameColumns(names: String) throws {
    let row = names.split(separator: ",").map { _ in "5" }.joined(separator: ",")
    #expect(try open("\(names)\n\(row)\n").count == 1)
  }

  private func failed(_ text: String, label: String? = nil, _ outputs: NumPyDataset.TargetKind = .classes) throws
    -> Failure
  {
    try #require(throws: Failure.self) { try open(text, outputs, label: label) }
  }

  @Test func adviceIsReadyToCopy() throws {
    #expect(try failed("a;k\n1;x\n").advice == "write data: {separator: semicolon}")
    #expect(try failed("5.1,x\n4.9,y\n").advice?.hasPrefix("write data: {header: false}") == true)
    #expect(
      try failed("kind,a,b\nx,1,2\n").advice
        == "the class is taken from b; if kind names it, write data: {label: kind}, and if it is not an input, data: {ignore: [kind]}"
    )
    #expect(try failed("my kind,a\nx,1\n", .values).advice?.hasSuffix("data: {ignore: ['my kind']}") == true)
    #expect(
      try failed("a,k\n\"5,1\",x\n").advice == "if numbers have a decimal comma, write data: {decimal: comma}")
  }

  @Test(arguments: ["", "NA", "?", "-", "1_000"])
  func missingValuesDoNotMakeAColumnOfClasses(hole: String) throws {
    #expect(
      try failed("a,b,k\n1,2,x\n1,\(hole),y\n3,4,x\n").advice
        == "put a number there, or leave the row out: b has numbers in 2 of 3 rows")
  }

  @Test func commonMistakesInNumbersGetAdvice() throws {
    #expect(try failed("a,k\n\"1,234.5\",x\n").advice == "write 1234.5, without a separator between thousands")
    #expect(try failed("a,k\n12%,x\n").advice == "write the number alone, without %")
    #expect(
      try failed("a,k\n1,x\n2,y\n", .values).advice
        == "a target is a number; to learn classes, write loss: cross-entropy and data: {label: k}; if another column "
        + "is meant, data: {targets: [NAME]}")
    #expect(
      try failed("a|k\n1|x\n").advice
        == "fields are separated by a comma, a semicolon or a tab: put one in place of each \"|\"")
  }

  @Test func aHeaderIsNotTakenForASample() throws {
    let failure = try #require(throws: Failure.self) { try open("a,k\n1,x\n2,y\n3,x\n", header: false) }
    #expect(failure.message.hasSuffix("t.csv:1: column 0: \"a\" is not a number"))
    #expect(failure.advice == "the first row names the columns: leave header: false out")
  }

  @Test func aColumnOfRowNumbersIsReported() throws {
    let told = try open(",a,k\n0,5,x\n1,7,y\n2,3,x\n").notices
    #expect(told.count == 1 && told[0].hasSuffix("leave it out by data: {ignore: [0]}"), "\(told)")
    #expect(try open(",a,k\n0,5,x\n1,7,y\n2,3,x\n", ignoring: ["0"]).notices.isEmpty)
    #expect(try open(",a,k\n0,5,x\n1,7,y\n3,3,x\n").notices.isEmpty)
    #expect(try open("n,a,k\n0,5,x\n1,7,y\n2,3,x\n").notices.isEmpty)
  }

  @Test func aRowIsFoundByItsLine() throws {
    let data = try open("a,k\n\n1,x\n2,y\n")
    #expect(data.place(of: 0).hasSuffix("t.csv:3") && data.place(of: 1).hasSuffix("t.csv:4"))
  }

  @Test func aReaderWantsFilesLikeThoseOfTheTraining() throws {
    let reader = try CSVInputReader(
      facts: DataFacts(inputShape: [2], classNames: [], columns: ["a", "b"]), style: style)
    try withFolder { folder in
      for text in ["1.5,2\n3,4\n", "a;b\n1;2\n"] {
        try write(text, to: "\(folder)/new.csv")
        let failure = try #require(throws: Failure.self) { try reader.samples("\(folder)/new.csv") }
        #expect(failure.advice?.contains("the training file") == true, "\(failure)")
      }
    }
    let long = try #require(throws: Failure.self) { try reader.samples("1,2,x") }
    #expect(
      long == Failure(.data, "\"1,2,x\" has 3 fields, but the inputs are 2", advice: "a row has the inputs alone: a, b")
    )
  }

  @Test func decimalCommasAreAccepted() throws {
    let style = CSVStyle(separator: .semicolon, decimal: .comma)
    try withFolder { folder in
      try write("a;b;k\n5,1;-3;x\n-0,25;1e2;y\n", to: "\(folder)/t.csv")
      let columns = try CSVColumns(
        of: "\(folder)/t.csv", style: style, outputs: .classes, label: nil, targets: nil, ignoring: [])
      let data = try CSVDataset(contentsOf: "\(folder)/t.csv", style: style, columns: columns)
      #expect(try load(data, [0, 1]).inputs == [5.1, -3, -0.25, 100])
    }
    let reader = try CSVInputReader(
      facts: DataFacts(inputShape: [2], classNames: [], columns: ["a", "b"]), style: style)
    #expect(try load(reader.samples("0,5;2"), [0]).inputs == [0.5, 2])
    #expect(try failure { try reader.samples("0.5;2") } == "\"0.5;2\": column a: \"0.5\" is not a number")
  }

  @Test func onlyUsedTextMustBeUTF8() throws {
    try withFolder { folder in
      let path = "\(folder)/t.csv"
      try write(Array("note,a,k\ncaf".utf8) + [0xE9] + Array(",1,x\nno,2,y\n".utf8), to: path)
      func open(_ ignored: [String], label: String?) throws -> CSVDataset {
        let columns = try CSVColumns(
          of: path, style: style, outputs: .classes, label: label, targets: nil, ignoring: ignored)
        return try CSVDataset(contentsOf: path, style: style, columns: columns)
      }
      #expect(try open(["note"], label: nil).count == 2)
      #expect(try failure { try open([], label: nil) } == "\(path):2: column note: the field is not UTF-8 text")
      #expect(try failure { try open(["k"], label: "note") } == "\(path):2: column note: the field is not UTF-8 text")
    }
  }

  @Test func roundedWholeNumbersAreReportedOnce() throws {
    let data = try open("id,a,k\n16777216,1,x\n16777217,33554435,y\n16777219,5,x\n")
    #expect(data.notices.count == 1)
    #expect(data.notices[0].contains("/t.csv:3: column id: 16777217 becomes 16777216: "), "\(data.notices)")
    #expect(data.notices[0].hasSuffix("data: {ignore: [id]}"))
    #expect(try open(flowers, label: "kind").notices.isEmpty)
  }

  @Test func aReaderContinuesAfterWrongRows() throws {
    let reader = try CSVInputReader(
      facts: DataFacts(inputShape: [2], classNames: [], columns: ["a", "b"]), style: style)
    try withFolder { folder in
      let rows = (0..<150).map { $0 == 70 ? "x,1" : $0 == 71 ? "7" : "\($0),0" }
      try write("b,a\n" + rows.joined(separator: "\n"), to: "\(folder)/new.csv")
      var (names, values, failures): ([String], [Float], [String]) = ([], [], [])
      try reader.read(file: "\(folder)/new.csv", report: { failures.append($0.message) }) { data, name in
        #expect(data.count <= 64)
        names += (0..<data.count).map(name)
        values += try load(data, Array(0..<data.count)).inputs
      }
      #expect(
        failures == [
          "\(folder)/new.csv:72: column b: \"x\" is not a number",
          "\(folder)/new.csv:73: the row has 1 field, but the first has 2",
        ])
      #expect(names == (0..<150).filter { ![70, 71].contains($0) }.map { "\(folder)/new.csv[\($0)]" })
      #expect(values == (0..<150).filter { ![70, 71].contains($0) }.flatMap { [0, Float($0)] })
    }
  }

  @Test func missingColumnsAndClassesAreNamed() throws {
    #expect(
      try failure { try open(flowers, label: "king") } == "t.csv: there is no column \"king\", which data.label names")
    #expect(
      try failure { try open(flowers, ignoring: ["4"]) } == "t.csv: there is no column \"4\", which data.ignore names")
    #expect(
      try failure { try open(flowers, label: "kind", ignoring: ["id"], classNames: ["blue"]) }
        == "t.csv:2: \"red\" is not a class of the training samples")
  }

  @Test func aReaderAcceptsMoreColumnsAndSingleRows() throws {
    let reader = try CSVInputReader(
      facts: DataFacts(inputShape: [2], classNames: [], columns: ["b", "a"]), style: style)
    try withFolder { folder in
      try write(flowers, to: "\(folder)/new.csv")
      let data = try reader.samples("\(folder)/new.csv")
      #expect(data.count == 3)
      #expect(try load(data, [0]).inputs[0] == 2)
    }
    #expect(try load(reader.samples("1.5, -2"), [0]).inputs == [1.5, -2])
    #expect(
      try failure { try reader.samples("1.5") }
        == "\"1.5\" is neither a file nor a row of 2 numbers separated by a comma")
    #expect(
      try failure(.noInput) { try reader.samples("new") }
        == "\"new\" is neither a file nor a row of 2 numbers separated by a comma")
    #expect(try failure { try reader.samples("1,x") } == "\"1,x\": column a: \"x\" is not a number")
  }
}
