import Datasets
import Diagnostics
import Foundation
import Tensors
import Testing

@Suite struct CSVSequencesTests {
  private let style = CSVStyle()
  /// Three samples whose rows are mixed, not ordered by time.
  private let table = """
    id,t,a,b,kind
    x,2,1,10,walk
    y,0,5,50,run
    x,1,2,20,walk
    z,0.5,7,70,walk
    x,-1e1,3,30,walk
    y,1,6,60,run

    """

  private func open(
    _ text: String, _ outputs: NumPyDataset.TargetKind = .classes, sample: String = "id", time: String? = "t",
    targetOf: CSVSequenceForm.TargetOwner = .sample, label: String? = nil, targets: [String]? = nil,
    channels: [String]? = nil, ignoring: [String] = [], classNames: [String]? = nil
  ) throws -> SequenceDataset {
    try withFolder { folder in
      let path = "\(folder)/t.csv"
      try write(text, to: path)
      let form = try CSVSequenceForm(
        of: path, style: style, outputs: outputs, sample: sample, time: time, targetOf: targetOf, label: label,
        targets: targets, channels: channels, ignoring: ignoring)
      return try SequenceDataset.reading(csv: path, style: style, form: form, classNames: classNames)
    }
  }

  @Test func rowsBecomeStepsInTheOrderOfTime() throws {
    let data = try open(table)
    #expect(
      data.facts
        == DataFacts(inputShape: [3, 2], classNames: ["run", "walk"], columns: ["a", "b"], hasLengths: true))
    #expect(data.count == 3 && data.classes == [1, 0, 1] && (0..<3).map(data.length) == [3, 2, 1])
    #expect(try rows(data, 0) == [[3, 30], [2, 20], [1, 10]])
    #expect(try rows(data, 1) == [[5, 50], [6, 60]] && rows(data, 2) == [[7, 70]])
    #expect(data.text(of: 1) == "y" && data.place(of: 1).hasSuffix("t.csv: sample y"))
  }

  @Test func withoutTimeTheRowsAreInOrder() throws {
    let data = try open(table, time: nil, ignoring: ["t"])
    #expect(try rows(data, 0) == [[1, 10], [2, 20], [3, 30]])
    #expect(try rows(open(table, time: nil, channels: ["b"]), 1) == [[50], [60]])
    #expect(try rows(open(table, channels: ["3", "a"]), 1) == [[50, 5], [60, 6]])
  }

  @Test func eachStepMayHaveATarget() throws {
    let text = "id,a,k\n1,5,x\n1,6,y\n2,7,y\n"
    let classes = try open(text, time: nil, targetOf: .step)
    #expect(classes.targetLayout == .classes(steps: 2) && classes.classNames == ["x", "y"])
    let numbers = try open(
      "id,a,k,l\n1,5,1,2\n2,6,3,4\n1,7,5,6\n", .values, time: nil, targetOf: .step, targets: ["k", "l"])
    #expect(numbers.targetLayout == .values(.sequence(steps: 2, features: 2)))
    #expect(try load(numbers, [0]).values == [1, 2, 5, 6])
    let whole = try open("id,a,k\n1,5,1\n2,6,3\n1,7,1\n", .values, time: nil)
    #expect(try whole.targetLayout == .values(.vector(1)) && load(whole, [1, 0]).values == [3, 1])
    #expect(
      try failure { try open(text, time: nil) } == "t.csv:3: sample 1 has another target than on line 2")
  }

  @Test(arguments: [
    ("id,t,a,k\nx,one,1,p\n", "t.csv:2: column t: the time \"one\" is not a finite number"),
    ("id,t,a,k\nx,,1,p\n", "t.csv:2: column t: there is no time"),
    ("id,t,a,k\nx,nan,1,p\n", "t.csv:2: column t: the time \"nan\" is not a finite number"),
    ("id,t,a,k\n,0,1,p\n", "t.csv:2: column id: there is no name of a sample"),
    ("id,t,a,k\nx,0,1,\n", "t.csv:2: column k: there is no class"),
    ("id,t,a,k\nx,0,one,p\n", "t.csv:2: column a: \"one\" is not a number"),
    ("id,t,a,k\nx,0,1,p\ny,0,2,q\nx,0,3,p\n", "t.csv:4: sample x has the time 0.0 already on line 2"),
    ("id,t,a,k\nx,0,1,p\nx,1,3\n", "t.csv:3: the row has 3 fields, but the first has 4"),
    ("id,t,a,k\n", "t.csv: there are no rows after the header"),
    ("", "t.csv: there are no rows"),
    ("id,t,k\nx,0,p\n", "t.csv: no column is left for the inputs"),
    ("i,t,a,k\nx,0,1,p\n", "t.csv: there is no column \"id\", which data.sample names"),
    ("id,s,a,k\nx,0,1,p\n", "t.csv: there is no column \"t\", which data.time names"),
    ("a,t,id\n1,0,p\n", "t.csv: the column id is data.sample and also the label"),
  ])
  func faultsNameLineAndColumn(text: String, message: String) throws {
    #expect(try failure { try open(text) } == message)
  }

  @Test func anEmptyTableIsToldWhatARowIs() throws {
    let failure = try #require(throws: Failure.self) { try open("") }
    #expect(failure.advice == "each row is one sample, or one step of a sample with data: {source: csv-sequences}")
  }

  @Test func columnsHaveOneUse() throws {
    #expect(
      try failure { try open(table, channels: ["a", "t"]) } == "t.csv: the column t is data.time and also a channel")
    #expect(try failure { try open(table, channels: ["a", "a"]) } == "t.csv: the column a is a channel twice")
    #expect(try failure { try open(table, channels: ["a", "b", "2"]) } == "t.csv: the column a is a channel twice")
    #expect(try failure { try open(table, .values, targets: ["b", "b"]) } == "t.csv: the column b is a target twice")
    for (column, use) in [("kind", "the label"), ("b", "a channel"), ("t", "data.time"), ("0", "data.sample")] {
      #expect(
        try failure { try open(table, channels: ["a", "b"], ignoring: [column]) }
          == "t.csv: the column \(column == "0" ? "id" : column) is in data.ignore, but also \(use)")
    }
    #expect(try failure { try open(table, label: "kind", ignoring: ["kind"]) }.hasSuffix("but also the label"))
    #expect(
      try failure { try open(table, .values, targets: ["b"], ignoring: ["b"]) }.hasSuffix("but also a target"))
    #expect(
      try failure { try open(table, channels: ["a", "c"]) }
        == "t.csv: there is no column \"c\", which data.channels names")
    #expect(
      try failure { try open(table, classNames: ["run"]) }
        == "t.csv:2: column kind: \"walk\" is not a class of the training samples")
  }

  @Test func aReaderContinuesAfterWrongSamples() throws {
    let reader = try CSVSequenceReader(
      facts: DataFacts(inputShape: [9, 2], classNames: ["p", "q"], columns: ["b", "a"]), style: style, sample: "id",
      time: "t")
    try withFolder { folder in
      let path = "\(folder)/new.csv"
      try write("id,t,a,b\nx,0,1,2\ny,0,1,x\nz,1,3,4\nz,0,5,6\ny,1,2,x\nw,0,1,1\nw,0,2,2\n", to: path)
      var (names, failures, steps): ([String], [String], [[Float]]) = ([], [], [])
      try reader.read(file: path, report: { failures.append($0.message) }) { data, name in
        names += (0..<data.count).map(name)
        steps = try rows(data, 1)
      }
      #expect(steps == [[6, 5], [4, 3]])
      #expect(names == ["\(path)[x]", "\(path)[z]"])
      #expect(
        failures == [
          "\(path):3: column b: \"x\" is not a number", "\(path):8: sample w has the time 0.0 already on line 7",
        ])
    }
    #expect(
      try failure {
        try CSVSequenceReader(
          facts: DataFacts(inputShape: [9, 2], classNames: []), style: style, sample: "id", time: nil)
      } == "the run's data.json holds no columns")
  }
}
