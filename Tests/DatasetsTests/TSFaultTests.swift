import Datasets
import Diagnostics
import Testing

@Suite struct TSFaultTests {
  private func failed(_ text: String, _ targets: NumPyDataset.TargetKind = .classes) throws -> Failure {
    try #require(throws: Failure.self) {
      try withFolder { folder in
        try write(text, to: "\(folder)/t.ts")
        return try TSSequences(contentsOf: "\(folder)/t.ts", targets: targets, missing: .interpolate)
      }
    }
  }

  @Test(arguments: [
    ("", "t.ts: the file is empty"),
    ("\n# nothing\n", "t.ts: there is no line @data"),
    ("@classLabel true a b\n", "t.ts: there is no line @data"),
    ("@classLabel true a b\n1,2:a\n", "t.ts:2: \"1,2:a\" stands before the line @data"),
    ("@timeStamps true\n@data\n", "t.ts:1: the samples have time stamps, which are not read"),
    ("@univariate yes\n@data\n", "t.ts:1: @univariate is \"yes\""),
    ("@dimensions\n@data\n", "t.ts:1: @dimensions is empty"),
    ("@dimensions 0\n@data\n", "t.ts:1: @dimensions is \"0\""),
    ("@classLabel A B\n@data\n", "t.ts:1: @classLabel is \"A B\""),
    ("@classLabel true A A\n@data\n", "t.ts:1: @classLabel names the class A twice"),
    ("@data\n1,2:a\n", "t.ts: there is no @classLabel before @data"),
    ("@classLabel false\n@data\n1,2:3,4\n", "t.ts: the samples have no class, as the tags say"),
    ("@classLabel true a b\n@data\n", "t.ts: there are no samples after @data"),
    ("@classLabel true a b\n@data\n1,2:c\n", "t.ts:3: \"c\" is not a class that @classLabel names"),
    ("@classLabel true a b\n@data\n1,2\n", "t.ts:3: there is no colon, so there is no class"),
    ("@classLabel true a b\n@data\n1,2:\n", "t.ts:3: there is no class after the last colon"),
    ("@classLabel true a b\n@data\n1,2:3,?\n", "t.ts:3: the last field, \"3,?\", is a channel: there is no class"),
    ("@classLabel true\n@data\n1,2:3,4\n", "t.ts:3: the last field, \"3,4\", is a channel: there is no class"),
    (
      "@dimensions 2\n@classLabel true a b\n@data\n1:2\n",
      "t.ts:4: the last field, \"2\", is a channel: there is no class"
    ),
    ("@dimensions 2\n@classLabel true 1 2\n@data\n1:2\n", "t.ts:4: the sample has 1 channel, but the tags say 2"),
    ("@classLabel true a b\n@data\n1,2:4\n", "t.ts:3: \"4\" is not a class that @classLabel names"),
    ("PK\u{3}\u{4}\u{0}", "t.ts is not a .ts file but a zip archive"),
    ("@data\u{0}", "t.ts is not a .ts file: it holds no text"),
    ("@classLabel true a b\n@data\n1,2:1:a\n", "t.ts:3: channel 1 has 1 step, but channel 0 has 2"),
    ("@classLabel true a b\n@data\n1:2:a\n1:2:3:a\n", "t.ts:4: the sample has 3 channels, but the first has 2"),
    ("@dimensions 3\n@classLabel true a b\n@data\n1:2:a\n", "t.ts:4: the sample has 2 channels, but the tags say 3"),
    (
      "@univariate true\n@classLabel true a b\n@data\n1:2:a\n",
      "t.ts:4: the sample has 2 channels, but the tags say 1"
    ),
    (
      "@equalLength true\n@seriesLength 3\n@classLabel true a b\n@data\n1,2:a\n",
      "t.ts:5: the sample has 2 steps, but @seriesLength is 3"
    ),
    (
      "@equalLength true\n@classLabel true a b\n@data\n1,2:a\n1:b\n",
      "t.ts:5: the sample has 1 step, but the first has 2"
    ),
    ("@classLabel true a b\n@data\n1,,2:a\n", "t.ts:3: channel 0, step 1: there is no value"),
    ("@classLabel true a b\n@data\n1,2::a\n", "t.ts:3: channel 1, step 0: there is no value"),
    ("@classLabel true a b\n@data\n1,2x:a\n", "t.ts:3: channel 0, step 1: \"2x\" is not a number"),
    ("@classLabel true a b\n@data\n1,0x10:a\n", "t.ts:3: channel 0, step 1: \"0x10\" is not a number"),
    ("@classLabel true a b\n@data\n1,1e:a\n", "t.ts:3: channel 0, step 1: \"1e\" is not a number"),
    ("@classLabel true a b\n@data\n1,-inf:a\n", "t.ts:3: channel 0, step 1: \"-inf\" is not a finite number"),
    (
      "@classLabel true a b\n@data\n1,1e39:a\n",
      "t.ts:3: channel 0, step 1: \"1e39\" is beyond float32, whose numbers end at 3.4e38"
    ),
    ("@classLabel true a b\n@data\n1,1e400:a\n", "t.ts:3: channel 0, step 1: \"1e400\" is not a finite number"),
    ("@classLabel true a b\n@data\n(0,1),(1,2):a\n", "t.ts:3: channel 0, step 0: \"(0\" is not a number"),
  ])
  func faultsNameLineChannelAndStep(text: String, message: String) throws {
    let failure = try failed(text)
    #expect(failure.message == message && failure.exitCode == .data && failure.advice != nil)
  }

  @Test func aLabelMustFitTheLoss() throws {
    let number = try failed("@targetLabel true\n@data\n1,2:x\n", .values)
    #expect(number.message == "t.ts:3: the last field, \"x\", is not a finite number")
    #expect(
      try failed("@targetLabel true\n@data\n1,2:3,4\n", .values).message
        == "t.ts:3: the last field, \"3,4\", is a channel: there is no number")
    let classes = try failed("@classLabel true a b\n@data\n1,2:a\n", .values)
    #expect(classes.exitCode == .configuration && classes.message.hasPrefix("the loss compares with numbers, but t.ts"))
    let numbers = try failed("@targetLabel true\n@data\n1,2:1\n")
    #expect(numbers.exitCode == .configuration && numbers.message.hasPrefix("the loss compares with classes, but t.ts"))
  }

  @Test func aFileCutShortIsSuspected() throws {
    let whole = "@classLabel true long short\n@data\n1,2:3,4:long\n1,2,3:4,5,6:short"
    for end in 1..<whole.split(separator: "\n")[3].count {
      let failure = try failed(String(whole.dropLast(end)))
      #expect(failure.message.hasPrefix("t.ts:4: "), "\(failure)")
      #expect(failure.advice?.hasSuffix("the file ends within this line, so it may have been cut short") == true)
    }
    #expect(try failed(whole + "er\n").advice?.contains("cut short") == false)
  }
}
