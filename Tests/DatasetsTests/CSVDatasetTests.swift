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

  @Test func aLabelColumnAndIgnoredOnesAreNoInputs() throws {
    let data = try open(flowers, label: "kind", ignoring: ["id"])
    #expect(
      data.facts == DataFacts(inputShape: [2], classNames: ["blue", "red"], columns: ["a", "b"], hasLengths: false))
    #expect(data.classes == [1, 0, 1] && data.text(of: 1) == "-10.0, 3.0")
    let loaded = try load(data, [1, 0])
    #expect(loaded.inputs == [-10, 3, 0.5, 2])
    #expect(loaded.classes == [0, 1])
    #expect(try open(flowers, label: "2", ignoring: ["0"]).facts == data.facts)
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
    ("a,k\n", "t.csv: there are no rows behind the header"),
    ("", "t.csv: there are no rows"),
    ("k\nx\n", "t.csv: no column is left for the inputs"),
  ])
  func whatIsWrongIsNamedByLineAndColumn(text: String, message: String) throws {
    #expect(try failure { try open(text) } == message)
  }

  @Test func missingColumnsAndClassesAreNamed() throws {
    #expect(
      try failure { try open(flowers, label: "king") } == "t.csv: there is no column \"king\", which data.label names")
    #expect(
      try failure { try open(flowers, ignoring: ["4"]) } == "t.csv: there is no column \"4\", which data.ignore names")
    #expect(
      try failure { try open(flowers, label: "kind", ignoring: ["id"], classNames: ["blue"]) }
        == "t.csv:2: \"red\" is no class of the training samples")
  }

  @Test func aReaderTakesFilesWithFurtherColumnsAndSingleRows() throws {
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
      try failure(.noInput) { try reader.samples("1.5") }
        == "\"1.5\" is no file, and no row of 2 numbers separated by a comma")
    #expect(try failure { try reader.samples("1,x") } == "input:1: column 1: \"x\" is not a number")
  }
}
