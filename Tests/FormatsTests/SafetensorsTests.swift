import Foundation
import Formats
import Testing

@Suite struct SafetensorsTests {
  @Test("a file of the safetensors library is read: names, shapes, values, metadata")
  func reading() throws {
    let file = try SafetensorsFile(contentsOf: fixture("float32.safetensors"))
    #expect(file.metadata == ["made by": "safetensors\n0.8.0"])
    #expect(file.tensors.map(\.name) == ["0.weight", "1.bias \"é\" 😀", "2.single", "3.empty"])
    #expect(file.tensors.map(\.shape) == [[2, 3], [3], [], [0, 5]])
    #expect(file["0.weight"]?.values == [0, 0.25, 0.5, 0.75, 1, 1.25])
    #expect(file.tensors[1].values == [-1, 1e-30, .infinity])
    #expect(file["2.single"]?.values == [7])
    #expect(file["3.empty"]?.values == [])
    #expect(file["4"] == nil)
  }

  @Test("written files have the bytes of the safetensors library")
  func sameBytes() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/copy.safetensors"
      try SafetensorsFile(contentsOf: fixture("float32.safetensors")).write(to: path)
      #expect(try Array(Data(contentsOf: URL(filePath: path))) == fixtureBytes("float32.safetensors"))
    }
  }

  @Test("F16, BF16 and F64 become float32")
  func otherTypes() throws {
    let file = try SafetensorsFile(contentsOf: fixture("mixed.safetensors"))
    #expect(file["half"]?.values == [1.5, -2, 65504])
    #expect(file["brain"]?.values == [1.5, -2, Float(bitPattern: 0x7F62_0000)])
    #expect(file["double"]?.values == [0.1, -.infinity])
    #expect(file["double"]?.shape == [1, 2])
  }

  @Test("I64 tensors are read and written as by the safetensors library")
  func integers() throws {
    let file = try SafetensorsFile(contentsOf: fixture("int64.safetensors"))
    #expect(file.tensors.map(\.name) == ["weight"])
    #expect(file.integers.map(\.name) == ["counter", "pair"])
    #expect(file.integers.map(\.shape) == [[], [2]])
    #expect(file.integers.map(\.values) == [[9_007_199_254_740_993], [-1, 2]])
    try withTemporaryFolder { folder in
      try file.write(to: "\(folder)/copy.safetensors")
      let copy = try Array(Data(contentsOf: URL(filePath: "\(folder)/copy.safetensors")))
      #expect(try copy == fixtureBytes("int64.safetensors"))
    }
  }

  @Test("a round trip keeps the order, every bit and every character; the data begin at a multiple of 8")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.safetensors"
      let bits: [UInt32] = [0x7FC0_0001, 0x8000_0000, 1, 0xFF80_0000, 0x3F80_0000]
      for padding in 0..<9 {
        let name = "z\\\"\u{1}\t/é" + String(repeating: "n", count: padding)
        let file = SafetensorsFile(
          tensors: [(name, [5], bits.map(Float.init(bitPattern:))), ("a", [1, 1], [2])],
          metadata: ["step": "12", "note": "line\r\n\u{1F} 😀"])
        try file.write(to: path)
        let copy = try SafetensorsFile(contentsOf: path)
        #expect(copy.tensors.map(\.name) == [name, "a"])
        #expect(copy.tensors.map(\.shape) == [[5], [1, 1]])
        #expect(copy.tensors[0].values.map(\.bitPattern) == bits)
        #expect(copy.metadata == file.metadata)
        #expect(try Data(contentsOf: URL(filePath: path))[0] % 8 == 0)
      }
    }
  }

  @Test("a file without tensors is written and read")
  func empty() throws {
    try withTemporaryFolder { folder in
      try SafetensorsFile().write(to: "\(folder)/a.safetensors")
      #expect(try SafetensorsFile(contentsOf: "\(folder)/a.safetensors").tensors.isEmpty)
    }
  }

  @Test("invalid contents are refused before anything is written")
  func refused() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.safetensors"
      expectFailure(.software, "'w'", path, "3 values", "2 × 2") {
        try SafetensorsFile(tensors: [("w", [2, 2], [1, 2, 3])]).write(to: path)
      }
      expectFailure(.software, "'w'", "is taken") {
        try SafetensorsFile(tensors: [("w", [1], [1]), ("w", [1], [1])]).write(to: path)
      }
      expectFailure(.software, "'__metadata__'", "is taken") {
        try SafetensorsFile(tensors: [("__metadata__", [1], [1])]).write(to: path)
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left.isEmpty)
    }
    expectFailure(.cannotCreate, "'/nowhere/a'") { try SafetensorsFile().write(to: "/nowhere/a") }
  }
}
