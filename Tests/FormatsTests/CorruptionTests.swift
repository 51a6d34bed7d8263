import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Formats

/// Valid files with random damage: each must be read or refused with a `Failure`.
@Suite struct CorruptionTests {
  /// SplitMix64 (Steele, Lea, Flood 2014), with the same numbers everywhere.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// Changes, removes, repeats or cuts bytes, one to four times; digits often grow, since numbers consist of them.
  private func damaged(_ bytes: [UInt8], _ generator: inout Generator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: bytes.removeSubrange(place...)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(bytes[place], at: place)
      case 3: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 4: bytes[place] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
      case 5, 6:
        let digits = bytes.indices.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[$0]) }
        guard let digit = digits.randomElement(using: &generator) else { continue }
        let more = Int.random(in: 0..<20, using: &generator)
        bytes.replaceSubrange(digit...digit, with: [UInt8](repeating: UInt8(ascii: "9"), count: more))
      default: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
    }
    return bytes
  }

  /// How many of `rounds` damaged copies of each of `files` are refused.
  private func refusals(
    _ files: [[UInt8]], rounds: Int, seed: UInt64, read: (_ bytes: [UInt8], _ path: String) throws -> Void
  ) throws -> Int {
    var generator = Generator(state: seed)
    var refused = 0
    try withTemporaryFolder { folder in
      for valid in files {
        for _ in 0..<rounds {
          do {
            try read(damaged(valid, &generator), "\(folder)/file")
          } catch is Failure {
            refused += 1
          }
        }
      }
    }
    return refused
  }

  @Test("a damaged .npy file is read or refused")
  func npy() throws {
    let files = ["version1.npy", "version2.npy", "single.npy", "empty.npy", "wide.npy", "structured.npy"]
    let refused = try refusals(try files.map(fixtureBytes), rounds: 1500, seed: 1) { bytes, path in
      let array = try NPYArray(bytes: bytes, source: path)
      #expect(array.floats().count == array.count)
      _ = try array.int32s()
    }
    #expect(refused > 4500)
  }

  @Test("a damaged .npz archive is read or refused")
  func npz() throws {
    let refused = try refusals(try ["stored.npz", "types.npz"].map(fixtureBytes), rounds: 1500, seed: 2) {
      bytes, path in
      try Data(bytes).write(to: URL(filePath: path))
      let archive = try NPZArchive(contentsOf: path)
      for name in archive.names { _ = try archive.array(name).floats() }
    }
    #expect(refused > 1500)
  }

  @Test("a damaged safetensors file is read or refused")
  func safetensors() throws {
    let refused = try refusals(
      try ["float32.safetensors", "mixed.safetensors"].map(fixtureBytes), rounds: 3000, seed: 3
    ) { bytes, path in
      try Data(bytes).write(to: URL(filePath: path))
      for tensor in try SafetensorsFile(contentsOf: path).tensors {
        #expect(tensor.shape.reduce(1, *) == tensor.values.count)
      }
    }
    #expect(refused > 3000)
  }

  /// Reads all tensors of a file.
  private func readTensors(_ path: String) throws {
    let archive = try openTensorArchive(path)
    for (index, tensor) in archive.tensors.enumerated() {
      #expect(try archive.floats(at: index).count == tensor.shape.reduce(1, *))
      if tensor.isWhole { _ = try archive.integers(at: index) }
    }
  }

  @Test("a damaged file of torch.save is read or refused")
  func pyTorch() throws {
    let files = ["state-dict.pt", "compressed.pt", "checkpoint4.pt", "views.pt"]
    let refused = try refusals(try files.map(fixtureBytes), rounds: 1000, seed: 6) { bytes, path in
      try Data(bytes).write(to: URL(filePath: path))
      try readTensors(path)
    }
    #expect(refused > 1000)
  }

  /// Damages the pickle within a valid archive, so that the archive's check does not find it.
  @Test("a damaged pickle of torch.save is read or refused")
  func pickles() throws {
    var refused = 0
    for (seed, name) in ["state-dict.pt", "protocol5.pt", "checkpoint2.pt", "views.pt", "types.pt"].enumerated() {
      let archive = try ZipFile(contentsOf: fixture(name), kind: "", advice: { _ in "" })
      let files = try archive.names.enumerated().map { ($1, try archive.contents(of: $0, source: "")) }
      let index = try #require(archive.names.firstIndex(where: PyTorchArchive.isIndex))
      refused += try refusals([files[index].1], rounds: 2000, seed: UInt64(7 + seed)) { pickle, path in
        var files = files
        files[index].1 = pickle
        try Data(storedZip(files)).write(to: URL(filePath: path))
        try readTensors(path)
      }
    }
    #expect(refused > 5000)
  }

  @Test("a damaged IDX file is read or refused, plain or packed")
  func idx() throws {
    let refused = try refusals(
      [idxFile([5, 4, 3], Array(0..<60)), gzipped(idxFile([5, 4, 3], Array(0..<60)))], rounds: 1500, seed: 4
    ) {
      bytes, path in
      try Data(bytes).write(to: URL(filePath: path))
      let array = try IDXArray(contentsOf: path)
      #expect(array.floats().count == array.shape.reduce(1, *))
    }
    #expect(refused > 1500)
  }

  @Test("a damaged CSV file is read or refused")
  func csv() throws {
    let text = "a,b,c\r\n1,2.5,\"x, \"\"y\"\"\"\r\n3,-4e2,ä\r\n"
    let refused = try refusals([Array(text.utf8)], rounds: 3000, seed: 5) { bytes, path in
      var reader = CSVReader(bytes: bytes, path: path)
      while let row = try reader.next() { #expect(!row.fields.isEmpty) }
    }
    #expect(refused > 300)
  }
}
